"""How a cluster is named: by the places it lies in and the industry it is strong in."""

from __future__ import annotations

from collections.abc import Sequence

from xietong.atlas.schemas import Names


def cluster_name(places: Sequence[Names], industry: Names) -> Names:
    """Return a cluster's names from its counties, the largest first, and its industry's short name.

    >>> cluster_name([Names(zh="昆山市", en="Kunshan")], Names(zh="电子", en="electronics")).zh
    '昆山市电子集群'
    >>> names = [Names(zh=c, en=c) for c in ("昆山市", "吴江区", "太仓市")]
    >>> cluster_name(names, Names(zh="电子", en="electronics")).zh
    '昆山市—吴江区等3地电子集群'
    """
    first = places[:2]
    zh = "—".join(place.zh for place in first)
    en = "–".join(place.en for place in first)
    if len(places) > len(first):
        zh += f"等{len(places)}地"
        en += f" and {len(places) - len(first)} more"
    return Names(zh=f"{zh}{industry.zh}集群", en=f"{en}: {industry.en} cluster")
