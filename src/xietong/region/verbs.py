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
    "add_second_factor": N_("set up a second factor"),
    "change_email": N_("changed the e-mail address"),
    "change_organisation": N_("changed the organisation"),
    "change_password": N_("changed the password"),
    "choose_language": N_("chose the language of mail"),
    "close_organisation": N_("closed the organisation"),
    "connect_provider": N_("connected an account at an identity provider"),
    "create_token": N_("made a personal token"),
    "clear_factors": N_("took off the second factors of the person"),
    "deactivate_person": N_("deactivated the person"),
    "disconnect_provider": N_("disconnected an account at an identity provider"),
    "draw_schematic_boundaries": N_("drew schematic boundaries"),
    "end_other_sessions": N_("ended the other sessions"),
    "fail_second_factor": N_("failed to show the second factor"),
    "fail_to_sign_in": N_("failed to sign in"),
    "grant_mandate": N_("granted the mandate"),
    "import_boundaries": N_("imported boundaries"),
    "import_organisations": N_("imported organisations"),
    "invite_person": N_("invited the person"),
    "load_region": N_("loaded the region pack"),
    "move_person": N_("moved the person to another organisation"),
    "note_node_key": N_("noted the key of the node"),
    "reactivate_person": N_("reactivated the person"),
    "recall_invitation": N_("recalled the invitation"),
    "remove_second_factor": N_("removed a second factor"),
    "rename_person": N_("renamed the person"),
    "renew_recovery_codes": N_("made new recovery codes"),
    "reset_password": N_("recovered the password by mail"),
    "revoke_mandate": N_("revoked the mandate"),
    "revoke_token": N_("revoked a personal token"),
    "send_invitation_again": N_("sent the invitation again"),
    "sign_in": N_("signed in"),
    "sign_out": N_("signed out"),
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
