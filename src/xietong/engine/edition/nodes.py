"""The industries that a map shows: divisions, groups, chains, and segments over classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KINDS = ("total", "division", "group", "chain", "segment")


@dataclass(frozen=True, slots=True)
class IndustryNode:
    """One industry of the map.

    `key` is unique ("d39", "g391", "c-chips", "s-chips.design"); `codes` are the classification's
    codes that it sums (a division's is its own; a segment's are classes and groups); `parent` is
    the key of the node above (a segment's chain, a group's division), or None.
    """

    key: str
    kind: str
    code: str
    parent: str | None
    codes: tuple[str, ...]


def industry_nodes(
    levels: Mapping[str, str],
    parents: Mapping[str, str],
    chains: Iterable[tuple[str, Iterable[tuple[str, Iterable[str]]]]],
) -> tuple[IndustryNode, ...]:
    """Return every node: the total first, then divisions, groups, chains and segments.

    `levels` maps a classification code to its level, `parents` to the code above it; `chains` gives
    (key, ((segment key, codes), …)). A chain or segment that names all classes of a group holds the
    group too, so that what is known only to the group counts. Raises ValueError where a segment
    names an unknown code.

    >>> [node.key for node in industry_nodes({"39": "division", "391": "group"}, {"391": "39"}, [])]
    ['all', 'd39', 'g391']
    >>> levels = {"36": "division", "367": "group", "3670": "class"}
    >>> nodes = industry_nodes(levels, {"367": "36", "3670": "367"}, [("cars", [("a", ["3670"])])])
    >>> nodes[-1].codes
    ('367', '3670')
    """
    below: dict[str, set[str]] = {}
    for code, level in levels.items():
        if level == "class":
            below.setdefault(parents[code], set()).add(code)

    def with_groups(codes: Iterable[str]) -> tuple[str, ...]:
        named = set(codes)
        return tuple(sorted(named | {group for group in below if below[group] <= named}))

    nodes = [IndustryNode("all", "total", "", None, ("",))]
    nodes.extend(
        IndustryNode(f"d{code}", "division", code, "all", (code,))
        for code in sorted(code for code, level in levels.items() if level == "division")
    )
    nodes.extend(
        IndustryNode(f"g{code}", "group", code, f"d{parents[code]}", (code,))
        for code in sorted(code for code, level in levels.items() if level == "group")
    )
    for chain, segments in chains:
        parts = [(key, tuple(sorted(codes))) for key, codes in segments]
        unknown = sorted({code for _, codes in parts for code in codes} - set(levels))
        if unknown:
            raise ValueError(f"chain {chain} names codes outside the classification: {unknown}")
        whole = with_groups(code for _, codes in parts for code in codes)
        nodes.append(IndustryNode(f"c-{chain}", "chain", chain, None, whole))
        nodes.extend(
            IndustryNode(
                f"s-{chain}.{key}", "segment", f"{chain}.{key}", f"c-{chain}", with_groups(codes)
            )
            for key, codes in parts
        )
    return tuple(nodes)
