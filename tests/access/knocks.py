"""For every door a knock that would be let in: what its address names, what is sent, whose it is.

What the answer must be is not said here but follows from the table of permissions: the lines of
the door (`xietong.portal.access`), asked for the scopes of the record that the knock is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from access.house import NORTH, House
from xietong.atlas import rules as atlas
from xietong.desk import rules as desk
from xietong.portal.access import Door
from xietong.region import rules as region
from xietong.region.guards import PUBLIC, SIGNED_IN, Line
from xietong.region.rules import Actor, Kind, May, may, of_member

NORTHERN = frozenset({of_member(NORTH)})
# An agreement is its parties' own, all of them.
BOTH = NORTHERN | {of_member("southshore")}
FINE = frozenset({200, 201, 202, 204, 302, 303})


@dataclass(frozen=True, slots=True)
class Knock:
    """One request. `of` are the scopes of its record (None: it is about none), `only` the parts to
    whom it is open for another reason than the table's, `turned` what else a refusal may look like.
    """

    names: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    form: dict[str, Any] | None = None
    body: Any = None
    of: frozenset[str] | None = None
    state: str | None = None
    lines: tuple[Line, ...] | None = None
    only: frozenset[str] | None = None
    fine: frozenset[int] = FINE
    turned: frozenset[int] = frozenset()

    def lets_in(self, door: Door, part: str, actor: Actor) -> bool:
        """Tell whether the table lets a part of the cast in."""
        lines = self.lines or door.lines or ()
        if PUBLIC in lines:
            return True
        if self.only is not None:
            return part in self.only
        if SIGNED_IN in lines and actor.kind is Kind.PERSON:
            return True
        return any(
            may(actor, one, of=self.of, state=self.state) for one in lines if isinstance(one, May)
        )

    def address(self, door: Door) -> str:
        """Return the address with its names filled in."""

        def fill(found: re.Match[str]) -> str:
            return str(self.names[found[1]])

        return re.sub(r"<(?:\w+:)?(\w+)>", fill, door.address) + self.query


def knock_for(door: Door, house: House) -> Knock | None:
    """Return how to knock at a door; None where nobody has said."""
    making = (PAGES if door.kind == "page" else CALLS).get((door.name, door.method))
    return None if making is None else making(house)


Making = Callable[[House], Knock]


def _plain(names: Iterable[str], **how: Any) -> dict[tuple[str, str], Making]:
    return {(name, "GET"): _k(**how) for name in names}


def _upload(house: House) -> SimpleUploadedFile:
    return SimpleUploadedFile("new.csv", house.keys["register"].read_bytes())


def _organisations() -> SimpleUploadedFile:
    return SimpleUploadedFile(
        "organisations.csv", "单位中文名称,单位类别\n北岸新机关,authority\n".encode()
    )


def _columns(house: House) -> dict[str, str]:
    return {f"column-{at}": name for name, at in house.keys["uploaded"].columns.items()}


def _k(
    *names: str,
    form: Callable[[House], dict[str, Any]] | dict[str, Any] | None = None,
    body: Any = None,
    **how: Any,
) -> Making:
    """Return what makes a knock: `names` are `parameter=key of the house` or `parameter:=value`."""

    def make(house: House) -> Knock:
        told: dict[str, Any] = {}
        for one in names:
            name, mark, value = one.partition("=")
            told[name.rstrip(":")] = value if name.endswith(":") else house.keys[value]
            assert mark
        sent = form(house) if callable(form) else form
        json_sent = body(house) if callable(body) else body
        given = {**how}
        if callable(given.get("of")):
            given["of"] = given["of"](house)
        return Knock(names=told, form=sent, body=json_sent, **given)

    return make


def _bureau(house: House) -> frozenset[str]:
    return frozenset({*NORTHERN, region.of_organisation(house.keys["organisation"])})


M = f"member:={NORTH}"
WHY = {"reason": "试一试"}
HERE: dict[str, Any] = {"of": NORTHERN}
FORM_ONLY = frozenset({422})
JOBS = (desk.STOP_JOB,)
ABOUT = {"name_zh": "北岸新局", "kind": "authority", "name_en": "", "credit_code": "", "parent": ""}

PAGES: dict[tuple[str, str], Making] = {
    **_plain(
        [
            "portal:home",
            "portal:search",
            "portal:suggestions",
            "portal:account",
            "portal:tokens",
            "portal:token_new",
            "atlas:map",
            "atlas:industries",
            "atlas:clusters",
            "atlas:editions",
            "atlas:registers",
            "atlas:methods",
            "agreements:agreements",
            "desk:jobs",
            "desk:notices",
            "portal:rules",
            "region:audit",
            "region:people",
            "region:mandates",
            "region:invitations",
            "region:invite",
            "region:organisations",
            "region:organisations_template",
            "region:organisation_add",
            "region:organisations_import",
            "atlas:choose_import",
        ]
    ),
    ("live", "GET"): _k(),
    ("ready", "GET"): _k(),
    # Without the setting that names its token there is no such page, for nobody.
    ("metrics", "GET"): _k(fine=frozenset({404})),
    ("atlas:comparison", "GET"): _k(query="?from=1&to=1", fine=FINE | {404, 422}),
    ("atlas:comparison_export", "GET"): _k("kind:=csv", fine=FINE | {404, 422}),
    ("atlas:export", "GET"): _k("kind:=csv", query="?industry=d11"),
    ("atlas:clusters_export", "GET"): _k("kind:=csv"),
    ("atlas:cluster", "GET"): _k("key:=d11@820103"),
    ("atlas:place", "GET"): _k("code:=820202"),
    ("atlas:brief", "GET"): _k("kind:=place", "key:=820202", "format:=docx"),
    ("atlas:edition", "GET"): _k("number=published_edition"),
    ("atlas:compile_edition", "POST"): _k(form={}),
    ("atlas:submit_edition", "POST"): _k("number=draft_edition", form={}, state=atlas.DRAFT),
    ("atlas:return_edition", "POST"): _k("number=under_review_edition", form=WHY),
    ("atlas:publish_edition", "POST"): _k("number=approved_edition", form={}),
    ("atlas:withdraw_edition", "POST"): _k("number=published_edition", form=WHY),
    ("atlas:imports", "GET"): _k(M, **HERE),
    ("atlas:imports", "POST"): _k(M, form=lambda house: {"file": _upload(house)}, **HERE),
    ("atlas:import", "GET"): _k(M, "number=ready", **HERE),
    ("atlas:import_sheet", "POST"): _k(
        M, "number=uploaded_key", form={"sheet": ""}, fine=FINE | {422}, **HERE
    ),
    ("atlas:import_columns", "POST"): _k(M, "number=uploaded_key", form=_columns, **HERE),
    ("atlas:import_check", "POST"): _k(M, "number=mapped", form={}, **HERE),
    ("atlas:import_discard", "POST"): _k(M, "number=ready", form={}, **HERE),
    ("atlas:import_commit", "POST"): _k(M, "number=ready", form=WHY, **HERE),
    ("atlas:import_problems", "GET"): _k(M, "number=ready", **HERE),
    ("atlas:import_problems_file", "GET"): _k(M, "number=ready", **HERE),
    ("atlas:import_mark", "POST"): _k(M, "number=ready", form={}, **HERE),
    ("atlas:import_marked", "GET"): _k(M, "number=ready", **HERE),
    ("atlas:versions", "GET"): _k(M, **HERE),
    ("atlas:restore_version", "POST"): _k(M, "number=version", form=WHY, **HERE),
    ("atlas:version_problems_file", "GET"): _k(M, "number=version", **HERE),
    ("atlas:register", "GET"): _k(M),
    ("atlas:register_export", "GET"): _k(M, "kind:=csv", **HERE),
    ("atlas:register_rows", "GET"): _k(M, **HERE),
    ("atlas:queue", "GET"): _k(M, **HERE),
    ("atlas:correct_unit", "POST"): _k(
        M, "unit=unit", form={"field": "industry", "value": "1220"}, **HERE
    ),
    ("atlas:confirm_unit", "POST"): _k(M, "unit=unit", form={}, **HERE),
    ("atlas:take_unit", "POST"): _k(M, "unit=unit", form={}, **HERE),
    ("atlas:like", "GET"): _k(M, "field:=industry", query="?q=1", **HERE),
    ("atlas:corrections", "GET"): _k(M, **HERE),
    ("atlas:corrections_export", "GET"): _k(M, "kind:=csv", **HERE),
    # The table is an empty one: who may not is refused before it is read.
    ("atlas:import_corrections", "POST"): _k(
        M, form=lambda house: {"file": _organisations()}, fine=FINE | {422}, **HERE
    ),
    ("atlas:apply_corrections", "POST"): _k(M, form={}, **HERE),
    ("atlas:withdraw_correction", "POST"): _k(M, "key=correction", form=WHY, **HERE),
    ("atlas:undo_correction", "POST"): _k(M, "key=correction", form={}, **HERE),
    ("atlas:words", "GET"): _k(M, **HERE),
    ("atlas:decide_word", "POST"): _k(
        M, form=lambda house: {"word": house.keys["word"], "accept": "1"}, **HERE
    ),
    ("atlas:words_file", "GET"): _k(M, **HERE),
    ("agreements:agreement", "GET"): _k("number=agreement", of=BOTH),
    ("agreements:consent", "POST"): _k(
        "number=agreement", form={"member": NORTH, "verdict": "agree"}, **HERE
    ),
    ("agreements:meet_condition", "POST"): _k(
        "number=agreement", "consent=consent", form={"words": "已附上"}, **HERE
    ),
    ("desk:job", "GET"): _k("number=job", lines=(desk.READ_JOBS,), **HERE),
    ("desk:job_part", "GET"): _k("number=job", lines=(desk.READ_JOBS,), **HERE),
    ("desk:job_cancel", "POST"): _k("number=job", form={}, lines=JOBS, **HERE),
    ("desk:job_retry", "POST"): _k("number=ended_job", form={}, lines=JOBS, **HERE),
    ("desk:notice_read", "POST"): _k("number=notice", form={}, only=frozenset({"north_officer"})),
    ("desk:notices_read", "POST"): _k(form={}),
    ("desk:file", "GET"): _k("number=file", lines=(desk.READ_FILES,), **HERE),
    ("region:audit_export", "GET"): _k("kind:=jsonl"),
    ("region:history", "GET"): _k("subject=draft_subject", of=NORTHERN, lines=(region.READ_AUDIT,)),
    ("region:people_export", "GET"): _k("kind:=csv"),
    ("region:mandates_export", "GET"): _k("kind:=csv"),
    ("region:revoke", "GET"): _k("key=mandate", **HERE),
    ("region:revoke", "POST"): _k("key=mandate", form=WHY, **HERE),
    ("region:invite", "POST"): _k(
        form={
            "email": "next@lakes.example",
            "name": "下一客",
            "role": "viewer",
            "scope": of_member(NORTH),
            "language": "zh-hans",
        },
        turned=FORM_ONLY,
        **HERE,
    ),
    ("region:send_again", "GET"): _k("key=invitation", **HERE),
    ("region:send_again", "POST"): _k("key=invitation", form={}, **HERE),
    ("region:recall", "GET"): _k("key=invitation", **HERE),
    ("region:recall", "POST"): _k("key=invitation", form={}, **HERE),
    ("region:person", "GET"): _k("key=person", **HERE),
    ("region:rename", "GET"): _k("key=person"),
    ("region:move", "GET"): _k("key=person"),
    ("region:grant", "GET"): _k("key=person"),
    ("region:reactivate", "GET"): _k("key=gone"),
    ("region:rename", "POST"): _k("key=person", form={"name": "顾北岸"}, **HERE),
    ("region:move", "POST"): _k(
        "key=person",
        form=lambda house: {"scope": f"organisation:{house.keys['organisation']}", **WHY},
        **HERE,
    ),
    ("region:grant", "POST"): _k(
        "key=person", form={"role": "analyst", "scope": of_member(NORTH)}, **HERE
    ),
    ("region:reactivate", "POST"): _k("key=gone", form=WHY, **HERE),
    ("region:deactivate", "GET"): _k("key=person", **HERE),
    ("region:deactivate", "POST"): _k("key=person", form=WHY, **HERE),
    ("region:organisations_export", "GET"): _k("kind:=csv"),
    ("region:organisation", "GET"): _k("key=organisation", of=_bureau),
    ("region:organisation_add", "POST"): _k(
        form={**ABOUT, "member": NORTH}, turned=FORM_ONLY, **HERE
    ),
    ("region:organisations_import", "POST"): _k(
        form=lambda house: {"member": NORTH, "file": _organisations()},
        turned=FORM_ONLY,
        **HERE,
    ),
    ("region:organisation_change", "GET"): _k("key=organisation", of=_bureau),
    ("region:organisation_change", "POST"): _k("key=organisation", form=ABOUT, of=_bureau),
    ("region:organisation_close", "GET"): _k("key=organisation", of=_bureau),
    ("region:organisation_close", "POST"): _k("key=organisation", form=WHY, of=_bureau),
    ("region:invitation", "GET"): _k("token=link"),
    ("region:invitation", "POST"): _k("token=link", form={"name": "新北客"}, fine=FINE | {422}),
    ("portal:account", "POST"): _k(form={"language": "en"}),
    ("portal:token_new", "POST"): _k(form={"name": "一", "days": "3"}),
    ("portal:token_revoke", "POST"): _k("key=token", form={}, only=frozenset({"north_officer"})),
}

A = "xietong.atlas.api.editions."
B, C = "xietong.atlas.api.imports.", "xietong.atlas.api.corrections."
R, D, G = "xietong.region.api.", "xietong.desk.api.", "xietong.agreements.api."
W = "which:=1"
CALLS: dict[tuple[str, str], Making] = {
    **_plain(
        [
            "api:openapi-json",
            "api:openapi-view",
            f"{A}editions",
            f"{A}standings",
            f"{G}agreements",
            f"{R}people",
            f"{R}mandates",
            f"{R}invitations",
            f"{R}organisations",
            f"{R}audit",
            f"{D}jobs",
            f"{D}notices",
            "xietong.portal.rules_door.rules",
        ]
    ),
    # Its root has nothing, and says so.
    ("api:api-root", "GET"): _k(fine=frozenset({404})),
    (f"{A}edition", "GET"): _k(W),
    (f"{A}industries", "GET"): _k(W),
    (f"{A}layer", "GET"): _k(W, query="?industry=d11"),
    (f"{A}export", "GET"): _k(W, "kind:=csv", query="?industry=d11"),
    (f"{A}clusters", "GET"): _k(W, query="?industry=d11"),
    (f"{A}cluster", "GET"): _k(W, "key:=d11@820103"),
    (f"{A}outlines", "GET"): _k(W, query="?industry=d11"),
    (f"{A}place", "GET"): _k(W, "code:=820202"),
    (f"{A}boundaries", "GET"): _k(W, "level:=county"),
    (f"{A}search", "GET"): _k(W, query="?q=ld"),
    (f"{A}compare", "GET"): _k(query="?from=1&to=1", fine=FINE | {422}),
    (f"{A}standing", "GET"): _k("number=published_edition"),
    (f"{A}make_brief", "GET"): _k(W, "kind:=place", "key:=820202", query="?format=docx"),
    (f"{A}submit", "POST"): _k("number=draft_edition", body={}),
    (f"{A}return_", "POST"): _k("number=under_review_edition", body=WHY),
    (f"{A}publish", "POST"): _k("number=approved_edition"),
    (f"{A}withdraw", "POST"): _k("number=published_edition", body=WHY),
    (f"{B}imports", "GET"): _k(M, **HERE),
    (f"{B}begin", "POST"): _k(M, form=lambda house: {"file": _upload(house)}, **HERE),
    (f"{B}show", "GET"): _k(M, "number=ready", **HERE),
    (f"{B}sheet", "PUT"): _k(
        M, "number=uploaded_key", body={"sheet": "x"}, fine=FINE | {422}, **HERE
    ),
    (f"{B}columns", "PUT"): _k(
        M,
        "number=uploaded_key",
        body=lambda house: {"columns": house.keys["uploaded"].columns},
        **HERE,
    ),
    (f"{B}check", "POST"): _k(M, "number=mapped", **HERE),
    (f"{B}problems", "GET"): _k(M, "number=ready", **HERE),
    (f"{B}mark", "POST"): _k(M, "number=ready", **HERE),
    (f"{B}marked", "GET"): _k(M, "number=ready", **HERE),
    (f"{B}commit", "POST"): _k(M, "number=ready", body=WHY, **HERE),
    (f"{B}discard", "POST"): _k(M, "number=ready", **HERE),
    (f"{B}versions", "GET"): _k(M, **HERE),
    (f"{B}restore", "POST"): _k(M, "number=version", body=WHY, **HERE),
    (f"{C}quality", "GET"): _k(M, **HERE),
    (f"{C}corrections", "GET"): _k(M, **HERE),
    (f"{C}correct", "POST"): _k(
        M,
        body=lambda house: {"unit": house.keys["unit"], "field": "industry", "value": "1220"},
        **HERE,
    ),
    (f"{C}withdraw", "POST"): _k(M, "key=correction", body=WHY, **HERE),
    (f"{C}proposals", "GET"): _k(M, **HERE),
    (f"{C}accept", "POST"): _k(M, body=lambda house: {"word": house.keys["word"]}, **HERE),
    (f"{C}decline", "POST"): _k(M, body=lambda house: {"word": house.keys["word"]}, **HERE),
    (f"{G}agreement", "GET"): _k("number=agreement", of=BOTH),
    (f"{G}verification", "GET"): _k("number=agreement", of=BOTH),
    (f"{G}consent", "POST"): _k(
        "number=agreement", body={"member": NORTH, "verdict": "agree"}, **HERE
    ),
    (f"{G}met", "POST"): _k(
        "number=agreement", "consent=consent", body={"words": "已附上"}, **HERE
    ),
    (f"{D}notice_mail", "GET"): _k(),
    (f"{D}choose_notice_mail", "PUT"): _k(body={"how": "each"}),
    (f"{D}job", "GET"): _k("number=job", lines=(desk.READ_JOBS,), **HERE),
    (f"{D}cancel", "POST"): _k("number=job", lines=JOBS, **HERE),
    (f"{D}retry", "POST"): _k("number=ended_job", lines=JOBS, **HERE),
    (f"{D}read", "POST"): _k("number=notice", only=frozenset({"north_officer"})),
    (f"{R}person", "GET"): _k("key=person", **HERE),
    (f"{R}rename", "POST"): _k("key=person", body={"name": "顾北岸"}, **HERE),
    (f"{R}move", "POST"): _k(
        "key=person", body=lambda house: {"organisation": house.keys["organisation"], **WHY}, **HERE
    ),
    (f"{R}deactivate", "POST"): _k("key=person", body=WHY, **HERE),
    (f"{R}reactivate", "POST"): _k("key=gone", body=WHY, **HERE),
    (f"{R}grant", "POST"): _k(
        body=lambda house: {"person": house.keys["person"], "role": "analyst", "member": NORTH},
        **HERE,
    ),
    (f"{R}revoke", "POST"): _k("key=mandate", body=WHY, **HERE),
    (f"{R}invite", "POST"): _k(
        body={"email": "next@lakes.example", "name": "下一客", "role": "viewer", "member": NORTH},
        **HERE,
    ),
    (f"{R}send_invitation_again", "POST"): _k("key=invitation", body={}, **HERE),
    (f"{R}recall", "POST"): _k("key=invitation", body=WHY, **HERE),
    (f"{R}organisation", "GET"): _k("key=organisation", of=_bureau),
    (f"{R}add_organisation", "POST"): _k(body={"name_zh": "北岸新局", "member": NORTH}, **HERE),
    (f"{R}change_organisation", "PUT"): _k(
        "key=organisation", body={"name_zh": "北岸新局"}, of=_bureau
    ),
    (f"{R}close_organisation", "POST"): _k("key=organisation", body=WHY, of=_bureau),
    (f"{R}import_organisations", "POST"): _k(
        form=lambda house: {"member": NORTH, "file": _organisations()}, **HERE
    ),
    (f"{R}audit_head", "GET"): _k(of=frozenset()),
    (f"{R}audit_of", "GET"): _k("subject=draft_subject", **HERE),
}
