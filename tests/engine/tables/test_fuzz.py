"""Any bytes at all are read or refused: damage is a problem that is told, never a crash."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from engine.register.rows import HEADINGS, check, code, written
from xietong.engine.problems import ProblemsFound

pytestmark = pytest.mark.deep

ROWS = [
    {"name": f"甲{at}厂", "credit_code": code(at), "registered_on": "2004-12-31",
     "capital": f"{at}万美元", "longitude": "121.5", "latitude": "31.2", "address": f"某路{at}号"}
    for at in range(1, 60)
]  # fmt: skip
CSV_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")


def damaged(whole: bytes, draw: random.Random) -> bytes:
    """The bytes with some turned over, cut out, doubled or put elsewhere."""
    content = bytearray(whole)
    for _ in range(draw.randint(1, 6)):
        at, to = sorted(draw.randrange(len(content) + 1) for _ in range(2))
        to = min(to, at + draw.choice((1, 4, 64)))
        way = draw.randrange(4)
        if way == 0:
            content[at:to] = draw.randbytes(to - at)
        elif way == 1:
            del content[at:to]
        elif way == 2:
            content[at:at] = content[at:to]
        else:
            content = content[:at] if draw.random() < 0.1 else content
        if not content:
            break
    return bytes(content)


def survives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with contextlib.suppress(ProblemsFound):
        found = check(path)
        assert found.refused or found.quality["rows"]


@pytest.mark.parametrize("encoding", CSV_ENCODINGS)
def test_damaged_text(tmp_path: Path, encoding: str) -> None:
    draw = random.Random(f"text {encoding}")  # noqa: S311
    plain = written(tmp_path / "plain.csv", ROWS).read_text("utf-8")
    for _ in range(400):
        survives(tmp_path / "a.csv", damaged(plain.encode(encoding), draw))


def test_noise(tmp_path: Path) -> None:
    draw = random.Random("noise")  # noqa: S311
    for ending in (".csv", ".xlsx", ".xls", ".ods", ".parquet"):
        for _ in range(150):
            noise = draw.randbytes(draw.randrange(3_000))
            start = draw.choice((b"", b"PK\x03\x04", b"PAR1", bytes.fromhex("d0cf11e0a1b11ae1")))
            survives(tmp_path / f"a{ending}", start + noise)


def test_damaged_workbooks(tmp_path: Path) -> None:
    draw = random.Random("workbook")  # noqa: S311
    path = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(HEADINGS.values()))
        for at, row in enumerate(ROWS, 1):
            sheet.write_row(at, 0, [row.get(column, "") for column in HEADINGS])
    whole = path.read_bytes()
    for _ in range(600):
        survives(tmp_path / "a.xlsx", damaged(whole, draw))


def test_damaged_parquet(tmp_path: Path) -> None:
    draw = random.Random("parquet")  # noqa: S311
    columns = {HEADINGS[name]: [row.get(name) for row in ROWS] for name in HEADINGS}
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    for compression in ("none", "zstd"):
        path = tmp_path / "plain.parquet"
        pq.write_table(table, path, compression=compression)
        whole = path.read_bytes()
        for _ in range(400):
            survives(tmp_path / "a.parquet", damaged(whole, draw))
