"""Making a brief for an actor: reading, saying, drawing, setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from django.http import HttpResponse
from django.utils.translation import gettext, override

from xietong.atlas import queries
from xietong.atlas.brief.chains import brief_of_chain
from xietong.atlas.brief.clusters import brief_of_cluster
from xietong.atlas.brief.contents import Brief
from xietong.atlas.brief.picture import picture
from xietong.atlas.brief.places import brief_of_place
from xietong.atlas.queries.editions import Opened
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor

Kind = Literal["place", "cluster", "chain"]
Format = Literal["pdf", "docx"]
Language = Literal["zh", "en"]
KINDS, FORMATS = get_args(Kind), get_args(Format)
MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class File:
    """A brief, ready to be handed over."""

    name: str
    mime: str
    body: bytes


def brief(
    actor: Actor,
    number: int | None,
    kind: str,
    key: str,
    *,
    format: str = "pdf",
    language: Language = "zh",
) -> File:
    """Return the brief of a place, a cluster or a chain, from what the actor may read.

    Refuses `no_such_brief` for another kind, `no_such_format`, `no_such_place`, `no_such_cluster`,
    `no_such_chain`, `brief_font_missing`, and what `open_edition` and `boundaries` refuse.
    """
    if format not in FORMATS:
        raise NotFound(
            "no_such_format",
            N_("There is no file of the kind “{kind}”."),
            way_out=N_("Choose pdf or docx."),
            kind=format,
        )
    whole, drawing, opened = contents(actor, number, kind, key, language=language)
    body = _setting(format)(whole, drawing, language, opened.row.created_at)
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", key)
    return File(
        f"xietong-{opened.row.number}-brief-{plain}-{language}.{format}", MIME[format], body
    )


def _setting(format: str) -> Callable[[Brief, str, Language, datetime], bytes]:
    """Return what sets a brief; each brings a large library, loaded for the first brief of all."""
    if format == "pdf":
        from xietong.atlas.brief.typesetting import as_pdf

        return as_pdf
    from xietong.atlas.brief.document import as_docx

    return as_docx


def as_answer(made: File) -> HttpResponse:
    """Return a brief as an answer to download."""
    answer = HttpResponse(made.body, content_type=made.mime)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


def _state(state: str) -> list[str]:
    """Return what must stand on each page of an edition that is not published."""
    if state == "published":
        return []
    if state == "withdrawn":
        return [gettext("WITHDRAWN: shown to those who decide on editions, not to readers")]
    return [gettext("DRAFT: not published, for consent and review only")]


def contents(
    actor: Actor, number: int | None, kind: str, key: str, *, language: Language = "zh"
) -> tuple[Brief, str, Opened]:
    """Return what the brief says, its map as SVG, and the edition that it is from."""
    opened = queries.open_edition(actor, number)
    with override("zh-hans" if language == "zh" else "en"):
        edition = queries.edition(actor, opened.row.number)
        if kind == "place":
            whole = brief_of_place(actor, opened, edition, key)
        elif kind == "cluster":
            whole = brief_of_cluster(actor, opened, edition, key)
        elif kind == "chain":
            whole = brief_of_chain(opened, edition, key)
        else:
            raise NotFound(
                "no_such_brief",
                N_("There is no brief of the kind “{kind}”."),
                way_out=N_("Ask for a place, a cluster or a chain."),
                kind=kind,
            )
        whole = replace(
            whole,
            kind=" · ".join([whole.kind, *_state(edition.state)]),
            said_heading=gettext("In short"),
            figures_heading=gettext("Key figures"),
            notes_heading=gettext("How the numbers were computed, and what they are not"),
        )
    own = queries.boundaries(actor, opened.row.number, whole.level)
    provinces = queries.boundaries(actor, opened.row.number, "province")
    return whole, picture(whole, own, provinces), opened
