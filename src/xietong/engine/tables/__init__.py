"""Tables in and out: any common encoding, workbook or Parquet file, with every fault named."""

from __future__ import annotations

from xietong.engine.tables.amounts import Amount, Currencies, Unit
from xietong.engine.tables.first_rows import beginning
from xietong.engine.tables.headers import ColumnMapping, Synonyms, chosen_mapping, propose_mapping
from xietong.engine.tables.source import TableBatch, TableSource, open_table, sheets_of
from xietong.engine.tables.write import write_table

__all__ = [
    "Amount",
    "ColumnMapping",
    "Currencies",
    "Synonyms",
    "TableBatch",
    "TableSource",
    "Unit",
    "beginning",
    "chosen_mapping",
    "open_table",
    "propose_mapping",
    "sheets_of",
    "write_table",
]
