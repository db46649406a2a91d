"""The writes of the atlas, one verb each, by subject."""

from xietong.atlas.operations.applying import apply_corrections
from xietong.atlas.operations.checking import perform_check, perform_marking
from xietong.atlas.operations.compiling import compile_edition
from xietong.atlas.operations.correction_tables import import_corrections
from xietong.atlas.operations.corrections import (
    correct_unit,
    release_unit,
    take_unit,
    undo_correction,
    withdraw_correction,
)
from xietong.atlas.operations.drafts import (
    begin_draft,
    check_draft,
    choose_sheet,
    discard_draft,
    map_draft,
    mark_draft,
)
from xietong.atlas.operations.expiring import expire_drafts
from xietong.atlas.operations.names import attach_name, detach_name
from xietong.atlas.operations.publishing import publish_edition, withdraw_edition
from xietong.atlas.operations.recording import About
from xietong.atlas.operations.registers import check_register, import_register
from xietong.atlas.operations.reviewing import return_edition, settle_edition, submit_edition
from xietong.atlas.operations.sweeping import sweep
from xietong.atlas.operations.twin import make_twin
from xietong.atlas.operations.versions import commit_draft, restore_version
from xietong.atlas.operations.vocabulary import accept_word, decline_word

__all__ = [
    "About",
    "accept_word",
    "apply_corrections",
    "attach_name",
    "begin_draft",
    "check_draft",
    "check_register",
    "choose_sheet",
    "commit_draft",
    "compile_edition",
    "correct_unit",
    "decline_word",
    "detach_name",
    "discard_draft",
    "expire_drafts",
    "import_corrections",
    "import_register",
    "make_twin",
    "map_draft",
    "mark_draft",
    "perform_check",
    "perform_marking",
    "publish_edition",
    "release_unit",
    "restore_version",
    "return_edition",
    "settle_edition",
    "submit_edition",
    "sweep",
    "take_unit",
    "undo_correction",
    "withdraw_correction",
    "withdraw_edition",
]
