"""The writes of the desk, by subject."""

from xietong.desk.operations.chores import end_chore, take_chore
from xietong.desk.operations.files import drop_file, keep_file, sweep_files
from xietong.desk.operations.jobs import cancel_job, clear_jobs, enqueue, retry_job
from xietong.desk.operations.mappings import remember_mapping
from xietong.desk.operations.notice_mail import choose_notice_mail, mail_notices
from xietong.desk.operations.notices import notify, read_all_notices, read_notice
from xietong.desk.operations.search import index_record, rebuild_search, unindex_record

__all__ = [
    "cancel_job",
    "choose_notice_mail",
    "clear_jobs",
    "drop_file",
    "end_chore",
    "enqueue",
    "index_record",
    "keep_file",
    "mail_notices",
    "notify",
    "read_all_notices",
    "read_notice",
    "rebuild_search",
    "remember_mapping",
    "retry_job",
    "sweep_files",
    "take_chore",
    "unindex_record",
]
