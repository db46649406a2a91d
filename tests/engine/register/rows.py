"""Small registers on disk, with codes whose check character is right."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine.tables.packs import rules, synonyms
from xietong.engine.identifiers import mod_31_3
from xietong.engine.problems import Problem
from xietong.engine.register import Check, check_register
from xietong.engine.tables import ColumnMapping, TableSource, open_table, propose_mapping

HEADINGS = {
    "name": "企业名称",
    "credit_code": "统一社会信用代码",
    "registration_number": "注册号",
    "registered_on": "成立日期",
    "legal_form": "企业类型",
    "capital": "注册资本",
    "currency": "币种",
    "scope": "经营范围",
    "province": "所属省份",
    "city": "所属城市",
    "county_code": "区县代码",
    "authority_code": "登记机关代码",
    "industry_code": "行业代码",
    "employees": "从业人数",
    "longitude": "经度",
    "latitude": "纬度",
    "address": "住所",
}
Row = Mapping[str, str]


def code(number: int) -> str:
    """A right credit code, another for each number."""
    body = f"91310115{number:09d}"
    return body + mod_31_3(body)


def written(path: Path, rows: Iterable[Row], columns: Sequence[str] = tuple(HEADINGS)) -> Path:
    """A register in CSV with these canonical columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([HEADINGS[column] for column in columns])
        writer.writerows([[row.get(column, "") for column in columns] for row in rows])
    return path


def opened(path: Path) -> tuple[TableSource, ColumnMapping]:
    source = open_table(path, synonyms())
    return source, propose_mapping(source.columns, synonyms())


def check(path: Path, *, batch_rows: int = 32_768) -> Check:
    return check_register(*opened(path), rules(), batch_rows=batch_rows)


def brief(problems: Iterable[Problem]) -> list[tuple[int | None, str | None, str]]:
    """Row, column and code of each problem, which is how a person looks for it."""
    return [(one.row, one.field, one.code) for one in problems]
