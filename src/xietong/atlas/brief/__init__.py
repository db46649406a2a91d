"""The brief (产业集群简报): a place, a cluster or a chain on two pages, as PDF or DOCX."""

from xietong.atlas.brief.contents import Brief
from xietong.atlas.brief.making import (
    FORMATS,
    KINDS,
    MIME,
    File,
    Format,
    Kind,
    Language,
    as_answer,
    brief,
    contents,
)

__all__ = [
    "FORMATS",
    "KINDS",
    "MIME",
    "Brief",
    "File",
    "Format",
    "Kind",
    "Language",
    "as_answer",
    "brief",
    "contents",
]
