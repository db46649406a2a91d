"""Registers of establishments: checked, cleaned, and written as files named by their content."""

from __future__ import annotations

from xietong.engine.register.checking import Check, check_register
from xietong.engine.register.columns import COLUMNS, REFUSING, SCHEMA, Rules
from xietong.engine.register.writing import GROUP_ROWS, WrittenRegister, write_register

__all__ = [
    "COLUMNS",
    "GROUP_ROWS",
    "REFUSING",
    "SCHEMA",
    "Check",
    "Rules",
    "WrittenRegister",
    "check_register",
    "write_register",
]
