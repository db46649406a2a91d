"""How the verbs of the atlas are said in the audit."""

from xietong.kit.refusals import N_

VERBS = {
    "accept_word": N_("accepted a word into the vocabulary"),
    "apply_corrections": N_("applied corrections to the register"),
    "attach_name": N_("attached a published name"),
    "begin_draft": N_("began an import"),
    "check_draft": N_("asked for a check of the import"),
    "choose_sheet": N_("chose the sheet of the import"),
    "commit_draft": N_("committed the import"),
    "compile_edition": N_("compiled the edition"),
    "correct_unit": N_("corrected what was read of a unit"),
    "decline_word": N_("declined a word for the vocabulary"),
    "detach_name": N_("took a published name off the map"),
    "discard_draft": N_("discarded the import"),
    "import_register": N_("imported the register"),
    "map_draft": N_("mapped the columns of the import"),
    "perform_check": N_("checked the import"),
    "perform_marking": N_("marked the faults in a copy of the table"),
    "publish_edition": N_("published the edition"),
    "recognise_edition": N_("recognised the edition in other sources"),
    "release_unit": N_("put a unit back into the queue"),
    "restate_edition": N_("stated the words of the edition anew"),
    "restore_version": N_("went back to an earlier version of the register"),
    "return_edition": N_("returned the edition to a draft"),
    "settle_edition": N_("settled the review of the edition"),
    "submit_edition": N_("submitted the edition for review"),
    "take_unit": N_("took a unit from the queue"),
    "undo_correction": N_("undid a correction"),
    "withdraw_correction": N_("withdrew a correction"),
    "withdraw_edition": N_("withdrew the edition"),
}
