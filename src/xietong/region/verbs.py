"""How each verb of the audit is said; every room says its own in its `verbs.py`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.translation import gettext

from xietong.kit.refusals import N_

VERBS: Mapping[str, str] = {
    "accept_invitation": N_("accepted the invitation"),
    "add_organisation": N_("added the organisation"),
    "change_organisation": N_("changed the organisation"),
    "close_organisation": N_("closed the organisation"),
    "deactivate_person": N_("deactivated the person"),
    "draw_schematic_boundaries": N_("drew schematic boundaries"),
    "grant_mandate": N_("granted the mandate"),
    "import_boundaries": N_("imported boundaries"),
    "import_organisations": N_("imported organisations"),
    "invite_person": N_("invited the person"),
    "load_region": N_("loaded the region pack"),
    "move_person": N_("moved the person to another organisation"),
    "note_node_key": N_("noted the key of the node"),
    "reactivate_person": N_("reactivated the person"),
    "recall_invitation": N_("recalled the invitation"),
    "rename_person": N_("renamed the person"),
    "revoke_mandate": N_("revoked the mandate"),
}
_known: dict[str, str] = {}


def known_verbs() -> Mapping[str, str]:
    """Return the words of every verb of every room, in English."""
    if not _known:
        for config in apps.get_app_configs():
            if config.name.startswith("xietong.") and find_spec(f"{config.name}.verbs"):
                _known.update(import_module(f"{config.name}.verbs").VERBS)
    return _known


def words_of(verb: str) -> str:
    """Return a verb in the active language; one of a release that nobody knows, as it stands."""
    words = known_verbs().get(verb)
    return gettext(words) if words else verb
