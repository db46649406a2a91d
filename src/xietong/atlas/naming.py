"""How clusters are named, and codes of industries and places said in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django.utils.translation import get_language

from xietong.atlas.schemas import Names
from xietong.region.models import Industry, Place


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


class Codes:
    """Names for codes, in the active language."""

    def industry(self, code: str | None) -> str:
        """Return code and name of an industry; "" for none."""
        name = self._industries.get(code or "", "")
        return f"{code} {name}".strip() if code else ""

    def place(self, code: str | None) -> str:
        """Return a place's name with that of the place it lies in; "" for none."""
        if not code:
            return ""
        name, parent = self._places.get(code, ("", ""))
        upper = self._places.get(parent, ("", ""))[0]
        return f"{upper} {name}".strip() or code

    @cached_property
    def _industries(self) -> dict[str, str]:
        return {
            one.code: (one.short_zh or one.name_zh) if _chinese() else (one.short_en or one.name_en)
            for one in Industry.objects.all()
        }

    @cached_property
    def _places(self) -> dict[str, tuple[str, str]]:
        return {
            one.code: (one.name_zh if _chinese() else one.name_en, one.parent_code)
            for one in Place.objects.all()
        }


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
