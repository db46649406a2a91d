"""The writes of the atlas, one verb each, by subject."""

from xietong.atlas.operations.compiling import compile_edition
from xietong.atlas.operations.corrections import (
    apply_corrections,
    correct_unit,
    release_unit,
    take_unit,
    undo_correction,
    withdraw_correction,
)
from xietong.atlas.operations.names import attach_name, detach_name
from xietong.atlas.operations.publishing import publish_edition, withdraw_edition
from xietong.atlas.operations.recording import About
from xietong.atlas.operations.registers import check_register, import_register
from xietong.atlas.operations.reviewing import return_edition, settle_edition, submit_edition
from xietong.atlas.operations.sweeping import sweep
from xietong.atlas.operations.twin import make_twin
from xietong.atlas.operations.vocabulary import accept_word, decline_word

__all__ = [
    "About",
    "accept_word",
    "apply_corrections",
    "attach_name",
    "check_register",
    "compile_edition",
    "correct_unit",
    "decline_word",
    "detach_name",
    "import_register",
    "make_twin",
    "publish_edition",
    "release_unit",
    "return_edition",
    "settle_edition",
    "submit_edition",
    "sweep",
    "take_unit",
    "undo_correction",
    "withdraw_correction",
    "withdraw_edition",
]
