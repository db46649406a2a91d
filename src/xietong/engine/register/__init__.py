"""Registers of establishments: checked, cleaned, and written as files named by their content."""

from __future__ import annotations

from xietong.engine.register.checking import Check, check_register
from xietong.engine.register.columns import COLUMNS, REFUSING, SCHEMA, Rules
from xietong.engine.register.difference import Difference, difference_of
from xietong.engine.register.marking import MarkingWords, mark_register
from xietong.engine.register.problem_file import (
    ProblemPage,
    ProblemWriter,
    Tally,
    read_problems,
)
from xietong.engine.register.writing import GROUP_ROWS, WrittenRegister, write_register

__all__ = [
    "COLUMNS",
    "GROUP_ROWS",
    "REFUSING",
    "SCHEMA",
    "Check",
    "Difference",
    "MarkingWords",
    "ProblemPage",
    "ProblemWriter",
    "Rules",
    "Tally",
    "WrittenRegister",
    "check_register",
    "difference_of",
    "mark_register",
    "read_problems",
    "write_register",
]
