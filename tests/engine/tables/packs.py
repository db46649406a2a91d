"""The words of both packs' tables, read once, and small files in many makes."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from real_data import REGIONS, ROOT
from xietong.engine.register import Rules
from xietong.engine.tables import Currencies, Synonyms, TableSource

CHINA = REGIONS / "china"
LAKELAND = ROOT / "tests" / "region_lakes" / "lakeland"
TODAY = datetime.date(2026, 1, 1)


@cache
def currencies(pack: Path = CHINA) -> Currencies:
    """Return the words of amounts of a pack."""
    return Currencies.build(_facts(pack, "currencies"))


@cache
def synonyms(pack: Path = CHINA) -> Synonyms:
    """Return the headings of a pack."""
    return Synonyms.build(_facts(pack, "headers"), currencies(pack))


@cache
def rules(pack: Path = CHINA) -> Rules:
    """Return the rules of a pack, on a fixed day."""
    return Rules.of_pack(_facts(pack, "pack"), synonyms(pack), today=TODAY)


def _facts(pack: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((pack / f"{name}.toml").read_text(encoding="utf-8"))


def cells(source: TableSource, rows: int = 32_768) -> list[tuple[int, list[Any]]]:
    """Return every record of a table with its row number; "" and null are one."""
    found = []
    for batch in source.batches(rows):
        assert len(batch.rows) == batch.data.num_rows
        columns = [column.to_pylist() for column in batch.data.columns]
        records = zip(*columns, strict=True)
        found += [
            (row, ["" if cell is None else cell for cell in record])
            for row, record in zip(batch.rows.to_pylist(), records, strict=True)
        ]
    return found


def text_file(path: Path, rows: Sequence[Sequence[str]], encoding: str, by: str = ",") -> Path:
    """Write plain cells as a text table in an encoding."""
    body = "".join(by.join(row) + "\r\n" for row in rows)
    path.write_bytes(body.encode(encoding))
    return path


def strings(*texts: str | None) -> pa.Array:
    """Return a column of texts."""
    return pa.array(texts, pa.string())
