"""How a cluster is named: by the places it lies in and the industry it is strong in."""

from __future__ import annotations

from collections.abc import Sequence

from xietong.atlas.schemas import Names


def cluster_name(places: Sequence[Names], industry: Names) -> Names:
    """Return a cluster's names from its counties, the largest first, and its industry's short name.

    >>> cluster_name([Names(zh="湖东市", en="Lakeside")], Names(zh="电子", en="electronics")).zh
    '湖东市电子集群'
    >>> names = [Names(zh=c, en=c) for c in ("湖东市", "桥北区", "港南市")]
    >>> cluster_name(names, Names(zh="电子", en="electronics")).zh
    '湖东市—桥北区等3地电子集群'
    """
    first = places[:2]
    zh = "—".join(place.zh for place in first)
    en = "–".join(place.en for place in first)
    if len(places) > len(first):
        zh += f"等{len(places)}地"
        en += f" and {len(places) - len(first)} more"
    return Names(zh=f"{zh}{industry.zh}集群", en=f"{en}: {industry.en} cluster")
