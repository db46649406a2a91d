"""The writes of the region, by subject."""

from xietong.region.operations.accounts import Act, as_actor, choose_language, note_account
from xietong.region.operations.approvers import queue_for_approvers
from xietong.region.operations.audit import change, record
from xietong.region.operations.boundaries import draw_schematic_boundaries, import_boundaries
from xietong.region.operations.heads import keep_head, note_node_key
from xietong.region.operations.invitations import (
    accept_invitation,
    invitation_of,
    invite_person,
    recall_invitation,
    send_invitation_again,
)
from xietong.region.operations.mandates import grant_mandate, revoke_mandate
from xietong.region.operations.organisation_tables import (
    Imported,
    headings,
    import_organisations,
    table_laid,
)
from xietong.region.operations.organisations import (
    About,
    add_organisation,
    change_organisation,
    close_organisation,
)
from xietong.region.operations.packs import load_region
from xietong.region.operations.people import (
    clear_factors,
    deactivate_person,
    move_person,
    reactivate_person,
    rename_person,
)
from xietong.region.operations.tokens import create_token, revoke_token

__all__ = [
    "About",
    "Act",
    "Imported",
    "accept_invitation",
    "add_organisation",
    "as_actor",
    "change",
    "change_organisation",
    "choose_language",
    "clear_factors",
    "close_organisation",
    "create_token",
    "deactivate_person",
    "draw_schematic_boundaries",
    "grant_mandate",
    "headings",
    "import_boundaries",
    "import_organisations",
    "invitation_of",
    "invite_person",
    "keep_head",
    "load_region",
    "move_person",
    "note_account",
    "note_node_key",
    "queue_for_approvers",
    "reactivate_person",
    "recall_invitation",
    "record",
    "rename_person",
    "revoke_mandate",
    "revoke_token",
    "send_invitation_again",
    "table_laid",
]
