"""What makes each operation of the region succeed, for the cast to be held against the table."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator

from cast import Cast
from houses import DATA, LAKES
from writers import INSTITUTE, NORTH, OWN, Deed
from xietong.region import operations, rules
from xietong.region.models import Invitation, Mandate
from xietong.region.operations import About
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL, OFFICE

# The append to the audit is a part of every operation.
BUT = {"record"}
WHY = "for the test"


def _pack(cast: Cast) -> Mapping[str, Any]:
    # The region is loaded; a pack that says something else about itself is loaded anew.
    import dataclasses

    return {"pack": dataclasses.replace(read_pack(LAKES, "lakes"), digest="0" * 64)}


def _outlines(cast: Cast) -> Mapping[str, Any]:
    about = read_pack(LAKES, "lakes").facts["boundaries"]
    return {
        "county": DATA / about["county"],
        "crs": about["crs"],
        "code_property": about["code_property"],
        "attribution_zh": about["attribution_zh"],
        "attribution_en": about["attribution_en"],
    }


def _newcomer(cast: Cast, part: str = "north_viewer") -> int:
    return cast.person(part).pk


def _sent(cast: Cast, **owner: Any) -> tuple[Invitation, str]:
    row, link = operations.invite_person(
        actor=LOCAL,
        email="new@lakes.example",
        name="新北苗",
        role="viewer",
        site="http://node.example",
        **owner,
    )
    return row, link.rstrip("/").rpartition("/")[2]


def _invited(cast: Cast) -> Mapping[str, Any]:
    return {
        "email": "new@lakes.example",
        "name": "新北苗",
        "role": "analyst",
        "member": NORTH,
        "site": "http://node.example",
    }


def _inactive(cast: Cast) -> int:
    return operations.deactivate_person(
        actor=LOCAL, key=cast.person("north_viewer").pk, reason=WHY
    ).pk


def _with_a_factor(cast: Cast) -> int:
    person = cast.person("north_approver")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return person.pk


def _mandate(cast: Cast, part: str) -> int:
    return Mandate.objects.get(person=cast.person(part)).pk


def _table(cast: Cast) -> Path:
    path = Path(tempfile.mkdtemp(prefix="xietong-tests-")) / "organisations.csv"
    path.write_text("name_zh,kind\n北岸渔业局,authority\n", encoding="utf-8")
    return path


def _about(row_name: str) -> About:
    return About(row_name, "authority")


DEEDS = [
    Deed(operations.load_region, rules.LOAD_REGION, _pack, ""),
    Deed(operations.import_boundaries, rules.IMPORT_BOUNDARIES, _outlines, OFFICE),
    Deed(
        operations.draw_schematic_boundaries,
        rules.DRAW_BOUNDARIES,
        lambda cast: {"pack": read_pack(LAKES, "lakes")},
        "",
    ),
    Deed(operations.note_node_key, rules.NOTE_NODE_KEY, lambda cast: {}, ""),
    Deed(operations.keep_head, rules.KEEP_HEAD, lambda cast: {}, "", entries=[]),
    Deed(
        operations.add_organisation,
        rules.ADD_ORGANISATION,
        lambda cast: {"member": NORTH, "about": _about("北岸渔业局")},
    ),
    Deed(
        operations.change_organisation,
        rules.CHANGE_ORGANISATION,
        lambda cast: {
            "key": cast.organisations["institute"].pk,
            "about": About("北岸湖石研究院", "institution"),
        },
        INSTITUTE,
    ),
    Deed(
        operations.change_organisation,
        rules.CHANGE_ORGANISATION,
        lambda cast: {
            "key": cast.organisations["office"].pk,
            "about": About("三湖合作办", "regional_office"),
        },
        OFFICE,
        named="change_the_office",
    ),
    Deed(
        operations.close_organisation,
        rules.CLOSE_ORGANISATION,
        lambda cast: {"key": cast.organisations["institute"].pk, "reason": WHY},
        INSTITUTE,
        entries=["revoke_mandate", "close_organisation"],
    ),
    Deed(
        operations.import_organisations,
        rules.IMPORT_ORGANISATIONS,
        lambda cast: {"member": NORTH, "path": _table(cast)},
        entries=["add_organisation", "import_organisations"],
    ),
    Deed(operations.invite_person, rules.INVITE_PERSON, _invited),
    Deed(
        operations.invite_person,
        rules.INVITE_PERSON,
        lambda cast: {
            **_invited(cast),
            "member": None,
            "organisation": cast.organisations["office"].pk,
        },
        OFFICE,
        named="invite_to_the_office",
    ),
    Deed(
        operations.invite_person,
        rules.INVITE_PERSON,
        lambda cast: {
            **_invited(cast),
            "member": None,
            "organisation": cast.organisations["institute"].pk,
        },
        INSTITUTE,
        named="invite_to_the_institute",
    ),
    Deed(
        operations.recall_invitation,
        rules.RECALL_INVITATION,
        lambda cast: {"key": _sent(cast, member=NORTH)[0].pk},
    ),
    Deed(
        operations.send_invitation_again,
        rules.SEND_INVITATION_AGAIN,
        lambda cast: {"key": _sent(cast, member=NORTH)[0].pk, "site": "http://node.example"},
    ),
    Deed(
        operations.accept_invitation,
        rules.ACCEPT_INVITATION,
        lambda cast: {
            "token": _sent(cast, member=NORTH)[1],
            "password": "still-waters-run-deep-9",
        },
    ),
    Deed(
        operations.grant_mandate,
        rules.GRANT_MANDATE,
        lambda cast: {"person": _newcomer(cast), "role": "officer", "member": NORTH},
    ),
    Deed(
        operations.revoke_mandate,
        rules.REVOKE_MANDATE,
        lambda cast: {"key": _mandate(cast, "north_officer"), "reason": WHY},
    ),
    Deed(
        operations.revoke_mandate,
        rules.REVOKE_MANDATE,
        lambda cast: {"key": _mandate(cast, "office_officer"), "reason": WHY},
        OFFICE,
        named="revoke_a_mandate_of_the_office",
    ),
    Deed(
        operations.rename_person,
        rules.RENAME_PERSON,
        lambda cast: {"key": _newcomer(cast), "name": "顾北向"},
    ),
    Deed(
        operations.move_person,
        rules.MOVE_PERSON,
        lambda cast: {
            "key": _newcomer(cast),
            "organisation": cast.organisations["north_bureau"].pk,
            "reason": WHY,
        },
    ),
    Deed(
        operations.deactivate_person,
        rules.DEACTIVATE_PERSON,
        lambda cast: {"key": _newcomer(cast), "reason": WHY},
        entries=["revoke_mandate", "deactivate_person"],
    ),
    Deed(
        operations.clear_factors,
        rules.CLEAR_FACTORS,
        lambda cast: {"key": _with_a_factor(cast), "reason": WHY},
    ),
    Deed(
        operations.create_token,
        rules.CREATE_TOKEN,
        lambda cast: {"name": "a program", "days": 30},
        OWN,
    ),
    Deed(
        operations.revoke_token,
        rules.REVOKE_TOKEN,
        lambda cast: {
            "key": operations.create_token(actor=cast["north_officer"], name="old", days=30)[0].pk
        },
        OWN,
        only=frozenset({"north_officer"}),
        why="a token is revoked by whose it is",
    ),
    Deed(
        operations.note_account,
        rules.USE_ACCOUNT,
        lambda cast: {"person": cast.person("north_viewer"), "act": "fail_to_sign_in"},
        entries=["fail_to_sign_in"],
    ),
    Deed(
        operations.choose_language,
        rules.USE_ACCOUNT,
        lambda cast: {"person": cast.person("north_viewer"), "language": "en"},
        only=frozenset({"north_viewer"}),
        why="one chooses the language of one's own mail",
    ),
    Deed(
        operations.reactivate_person,
        rules.REACTIVATE_PERSON,
        lambda cast: {"key": _inactive(cast), "reason": WHY},
    ),
]
LINES = {deed.operation.__name__: deed.line for deed in DEEDS}
