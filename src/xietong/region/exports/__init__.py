"""What the region gives away as files: its audit, and its lists."""

from xietong.region.exports.audit import json_lines, reference, write_audit, write_workbook
from xietong.region.exports.lists import (
    MIME,
    Format,
    mandates,
    organisations,
    people,
    roles_held,
    table,
)

__all__ = [
    "MIME",
    "Format",
    "json_lines",
    "mandates",
    "organisations",
    "people",
    "reference",
    "roles_held",
    "table",
    "write_audit",
    "write_workbook",
]
