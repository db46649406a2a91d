"""How the verbs of the desk are said in the audit."""

from xietong.kit.refusals import N_

VERBS = {
    "cancel_job": N_("cancelled the job"),
    "choose_notice_mail": N_("chose whether notices come by mail"),
    "clear_jobs": N_("cleared jobs that had ended"),
    "drop_file": N_("dropped the file"),
    "enqueue": N_("asked for the job"),
    "keep_file": N_("uploaded the file"),
    "rebuild_search": N_("built the search index anew"),
    "remember_mapping": N_("noted how the columns of a table are read"),
    "retry_job": N_("asked for the job again"),
    "sweep_files": N_("removed files that had expired"),
}
