"""A brief to download: one click on a place, a cluster or a chain."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

from xietong.atlas import brief
from xietong.kit.templatetags.figures import speaks_chinese
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to


@open_to(PUBLIC)
def download(request: HttpRequest, kind: str, key: str, format: str) -> HttpResponse:
    """Return the brief in the language of the page."""
    said = request.GET.get("edition", "")
    made = brief.brief(
        actor_of(request),
        int(said) if re.fullmatch(r"[1-9]\d{0,8}", said, re.ASCII) else None,
        kind,
        key,
        format=format,
        language="zh" if speaks_chinese() else "en",
    )
    return brief.as_answer(made)
