"""What became of clusters: each that changed has a story, and it is that of its counties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xietong.engine.edition.lineage import ClusterChange, Seen, compare_clusters, jaccard


def seen(places: str, units: int = 20, members: str = "x", industry: str = "i") -> Seen:
    return Seen(f"{industry}@{places}", industry, frozenset(places), units, frozenset(members))


def kinds(before: list[Seen], after: list[Seen]) -> list[str]:
    return [change.kind for change in compare_clusters(before, after)]


def test_the_same_clusters_are_no_news() -> None:
    assert kinds([seen("abc"), seen("xy")], [seen("abc"), seen("xy")]) == []


def test_a_cluster_grows_by_counties_or_units_and_shrinks_alike() -> None:
    (grown,) = compare_clusters([seen("abc", 20)], [seen("abcd", 30)])
    assert (grown.kind, grown.jaccard) == ("grew", 0.75)
    assert kinds([seen("abcd", 30)], [seen("abc", 20)]) == ["shrank"]
    assert kinds([seen("abc", 20)], [seen("abc", 21)]) == ["grew"]
    # Under the same number of units the counties decide.
    assert kinds([seen("abc", 20)], [seen("abcd", 20)]) == ["grew"]


def test_clusters_appear_and_vanish() -> None:
    assert kinds([seen("abc")], [seen("xyz")]) == ["vanished", "appeared"]
    assert kinds([seen("abc", industry="i")], [seen("abc", industry="j")]) == [
        "vanished",
        "appeared",
    ]


def test_one_county_in_common_is_no_descent() -> None:
    assert kinds([seen("abcd")], [seen("dxyz")]) == ["vanished", "appeared"]


def test_clusters_split_and_merge() -> None:
    (split,) = compare_clusters([seen("abcdef")], [seen("abc", 9), seen("ef", 30)])
    assert split.kind == "split"
    assert [one.units for one in split.after] == [30, 9]
    assert kinds([seen("abc"), seen("ef")], [seen("abcdef")]) == ["merged"]


def test_a_core_that_is_left_is_the_same_cluster() -> None:
    assert kinds([seen("abcdef", 60)], [seen("a", 11)]) == ["shrank"]
    assert kinds([seen("a", 11)], [seen("abcdef", 60)]) == ["grew"]


def test_crossing_members_newly_is_told_beside() -> None:
    one, other = seen("abc", 20), seen("abcd", 30, members="xy")
    assert kinds([one], [other]) == ["grew", "crossing"]
    assert kinds([other], [one]) == ["shrank", "not_crossing"]
    parts = [seen("ab", 20), seen("cd", 9, members="xy")]
    assert kinds([seen("abcd")], parts) == ["split", "crossing"]
    assert kinds(parts, [seen("abcd", members="xy")]) == ["merged"]


PARTITIONS = st.lists(st.integers(0, 4), min_size=8, max_size=8)


def clusters(labels: list[int]) -> list[Seen]:
    """Read a list as clusters of eight counties in a row; 0 is in none."""
    found = []
    for label in sorted(set(labels) - {0}):
        places = "".join("abcdefgh"[at] for at, one in enumerate(labels) if one == label)
        found.append(seen(places, units=10 * len(places)))
    return found


@given(PARTITIONS, PARTITIONS)
def test_every_cluster_has_a_story(one: list[int], other: list[int]) -> None:
    before, after = clusters(one), clusters(other)
    changes = compare_clusters(before, after)
    kept = {cluster.key for cluster in before} & {cluster.key for cluster in after}
    old = [cluster.key for change in changes for cluster in change.before]
    new = [cluster.key for change in changes for cluster in change.after]
    assert set(old) | kept == {cluster.key for cluster in before}
    assert set(new) | kept == {cluster.key for cluster in after}
    for change in changes:
        _is_true(change)
    for cluster in before:
        if any(jaccard(cluster.places, then.places) > 0.5 for then in after):
            assert not any(
                change.kind == "vanished" and cluster in change.before for change in changes
            )


def _is_true(change: ClusterChange) -> None:
    shape = (len(change.before), len(change.after))
    if change.kind == "appeared":
        assert shape == (0, 1)
    elif change.kind == "vanished":
        assert shape == (1, 0)
    elif change.kind == "split":
        assert shape[0] == 1
        assert shape[1] > 1
        (whole,) = change.before
        assert all(len(one.places & whole.places) * 2 > len(one.places) for one in change.after)
    elif change.kind == "merged":
        assert shape[0] > 1
        assert shape[1] == 1
    else:
        assert shape == (1, 1)
        (one,), (other,) = change.before, change.after
        assert one.places & other.places
