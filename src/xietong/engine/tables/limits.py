"""How large a table may be before it is refused unread."""

from __future__ import annotations

MOST_COLUMNS = 2_000
# Of one cell: what a sheet program itself lets people write.
MOST_CHARACTERS = 32_767
# Of a sheet, blank ones between its corners included: the parser lays them all out in memory.
MOST_CELLS = 60_000_000
# Of a packed workbook: members, bytes once unpacked, and their ratio to the packed bytes.
MOST_MEMBERS = 10_000
MOST_UNPACKED_BYTES = 2 << 30
MOST_RATIO = 150
RATIO_FROM_BYTES = 64 << 20
# Of one row group of a Parquet file, unpacked.
MOST_GROUP_BYTES = 2 << 30
MOST_ROWS = 50_000_000
