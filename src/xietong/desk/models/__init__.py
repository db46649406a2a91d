"""The tables of the desk, by subject."""

from xietong.desk.models.chores import Chore
from xietong.desk.models.files import ImportTemplate, StoredFile
from xietong.desk.models.jobs import Job
from xietong.desk.models.notices import Notice, NoticeMail
from xietong.desk.models.search import SearchEntry, SearchScope

__all__ = [
    "Chore",
    "ImportTemplate",
    "Job",
    "Notice",
    "NoticeMail",
    "SearchEntry",
    "SearchScope",
    "StoredFile",
]
