"""How the verbs of the atlas are said in the audit."""

from __future__ import annotations

from collections.abc import Mapping

from xietong.kit.refusals import N_

VERBS: Mapping[str, str] = {
    "accept_word": N_("accepted the word"),
    "apply_corrections": N_("applied the corrections to the register"),
    "correct_unit": N_("corrected the unit"),
    "decline_word": N_("declined the word"),
    "release_unit": N_("let the unit go"),
    "take_unit": N_("took the unit"),
    "undo_correction": N_("undid the correction"),
    "withdraw_correction": N_("withdrew the correction"),
}
