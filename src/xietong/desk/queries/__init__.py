"""The reads of the desk, by subject."""

from xietong.desk.queries.chores import chores_not_due
from xietong.desk.queries.files import content_of, files_visible_to, proposed_mapping, stored_file
from xietong.desk.queries.holders import holders_of
from xietong.desk.queries.jobs import job, jobs_visible_to, may_stop, open_jobs
from xietong.desk.queries.notices import notice_mail_of, notices_of, unread
from xietong.desk.queries.search import find

__all__ = [
    "chores_not_due",
    "content_of",
    "files_visible_to",
    "find",
    "holders_of",
    "job",
    "jobs_visible_to",
    "may_stop",
    "notice_mail_of",
    "notices_of",
    "open_jobs",
    "proposed_mapping",
    "stored_file",
    "unread",
]
