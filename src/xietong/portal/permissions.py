"""Who may do what (权限表): the lines of every room's table, in words, for administrators."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.translation import gettext

from xietong.agreements.naming import state_names
from xietong.atlas.templatetags.editions import edition_state
from xietong.portal.permission_words import ROOMS, STATES, WORDS
from xietong.region.rules import READ_RULES, Actor, May, Role, require
from xietong.region.schemas import RuleOut


def tables() -> dict[str, tuple[May, ...]]:
    """Return the lines of every room that has rules, rooms from the lowest floor up."""
    found = {}
    for config in apps.get_app_configs():
        package, _, room = config.name.rpartition(".")
        if package == "xietong" and find_spec(f"{config.name}.rules"):
            found[room] = import_module(f"{config.name}.rules").TABLE
    return found


def lines(actor: Actor, *, room: str = "", role: str = "", q: str = "") -> list[RuleOut]:
    """Return the lines that an administrator asks for, in the order of the rooms' tables."""
    require(actor, READ_RULES)
    return [
        one
        for one in (_told(name, line) for name, table in tables().items() for line in table)
        if (not room or one.room == room)
        and (not role or role in {*one.own, *one.others, *one.office})
        and (not q or q.lower() in one.verb or q.lower() in verb_said(one.verb).lower())
    ]


def verb_said(verb: str) -> str:
    """Return what a verb means in the active language."""
    return gettext(WORDS[verb])


def state_said(room: str, state: str) -> str:
    """Return what a state of a room's records is called in the active language."""
    if room == "agreements":
        return state_names()[state]
    return gettext(STATES[state]) if state in STATES else edition_state(state)


def room_said(room: str) -> str:
    """Return what a room is called in the active language."""
    return gettext(ROOMS[room])


def _told(room: str, line: May) -> RuleOut:
    def roles(held: frozenset[Role]) -> list[Any]:
        return [one.value for one in Role if one in held]

    return RuleOut(
        room=room,
        verb=line.verb,
        own=roles(line.own),
        others=roles(line.others),
        office=roles(line.office),
        states=list(line.states),
        operator=line.operator,
        public=line.public,
    )
