"""Coding firms by name and scope: rows per second and how many of the labelled ones are right.

`python -m bench.coding [ROWS]`, beside a plain search: the class whose names (its own, its group's,
its division's) share the rarest pairs of characters with the name and the beginning of the scope,
by BM25. Rows are of the real registers, every n-th; without ROWS all of them in two processes at
the end. The labelled rows are those of two coders and the fresh ones
(docs/methods/industry-coding.md). Every figure is a fresh process on this machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.fresh import ROOT, fresh, peak_megabytes, serve

# The tests' labelled rows, and their coder.
sys.path.insert(0, str(ROOT / "tests"))

from engine.coding.labelled import MEMBERS, Labelled, coders_labels, labels, register
from engine.coding.pack import china_coder, classification
from real_data import REAL_DATA
from xietong.engine.terms import fold

SAMPLE = 20_000
# All rows of the registers, and how long they may take two processes that have a core each.
ROWS = 288_865
BOUND_SECONDS = 60
LABELS: dict[str, Callable[[], list[Labelled]]] = {
    "coders": coders_labels,
    "fresh": lambda: labels("fresh_labels.csv"),
}
# Robertson and Zaragoza 2009, The Probabilistic Relevance Framework, section 3.5.
K1, B = 1.2, 0.75
# Of 20, 40 and 400 characters of a scope 40 serve the plain search best.
QUERY_CHARACTERS = 40


def pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


class PlainSearch:
    """BM25 of pairs of characters against the names of the classification."""

    def __init__(self) -> None:
        entries = {row["code"]: row for row in classification()}
        self.classes = [code for code, row in entries.items() if row["level"] == "class"]
        documents = [
            Counter(
                pair
                for code in (one, one[:3], one[:2])
                if code in entries
                for pair in pairs(entries[code]["name_zh"])
            )
            for one in self.classes
        ]
        self.terms = {
            term: at for at, term in enumerate(sorted({t for one in documents for t in one}))
        }
        counts = np.zeros((len(self.terms), len(documents)), dtype=np.float32)
        for column, document in enumerate(documents):
            for term, count in document.items():
                counts[self.terms[term], column] = count
        lengths = counts.sum(axis=0)
        holding = (counts > 0).sum(axis=1, keepdims=True)
        rarity = np.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        damped = counts + K1 * (1 - B + B * lengths / lengths.mean())
        self.weights = (rarity * counts * (K1 + 1) / damped).astype(np.float32)

    def division(self, name: str, scope: str) -> str:
        """Return the division of the best class, or "" where no pair is known."""
        query = fold(f"{name} {scope[:QUERY_CHARACTERS]}")
        known = [self.terms[pair] for pair in pairs(query) if pair in self.terms]
        return self.classes[int(self.weights[known].sum(axis=0).argmax())][:2] if known else ""


def by_xietong(names: Sequence[str], scopes: Sequence[str], processes: int) -> list[str]:
    """Code by the engine, with the words of China's pack."""
    told: list[str] = china_coder().code_many(names, scopes, processes=processes).division.tolist()
    return told


def by_search(names: Sequence[str], scopes: Sequence[str], _: int) -> list[str]:
    """Code by the plain search."""
    search = PlainSearch()
    return [search.division(name, scope) for name, scope in zip(names, scopes, strict=True)]


WAYS = {"xietong": by_xietong, "search": by_search}


def measured(way: str, path: str, processes: str) -> dict[str, Any]:
    """Code a file's rows one way; seconds without reading it, and what came out.

    `processor_seconds` are this process's own, without those of workers.
    """
    rows = pq.read_table(path)
    names, scopes = rows["name"].to_pylist(), rows["scope"].to_pylist()
    classification()
    began, used = time.perf_counter(), time.process_time()
    found = WAYS[way](names, scopes, int(processes))
    seconds, used = time.perf_counter() - began, time.process_time() - used
    told: dict[str, Any] = {
        "rows": len(found),
        "seconds": seconds,
        "processor_seconds": used,
        "megabytes": peak_megabytes(),
        "coded": sum(bool(division) for division in found),
    }
    for name, labelled in LABELS.items():
        truth = labelled()
        said = WAYS[way]([row.name for row in truth], [row.scope for row in truth], 1)
        told[name] = [
            sum(row.right(division) for row, division in zip(truth, said, strict=True)) / len(said),
            sum(row.defensible(division) for row, division in zip(truth, said, strict=True))
            / len(said),
        ]
    return told


def gather(path: Path, wanted: int) -> int:
    """Write `wanted` rows of the registers, evenly spread, or all for 0; return how many."""
    rows = [(name, scope) for member in MEMBERS for _, name, scope in register(member)]
    kept = rows[:: max(1, len(rows) // wanted)][:wanted] if wanted else rows
    names, scopes = zip(*kept, strict=True)
    pq.write_table(pa.table({"name": names, "scope": scopes}), path)
    return len(kept)


def main(wanted: int) -> None:
    """Print speed and accuracy of both ways, and of all rows where no number is given."""
    if not (REAL_DATA / "industry-labels").is_dir():
        print("the registers and their labels are not here (set XIETONG_DATA)")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        gather(path, wanted or SAMPLE)
        told = {way: fresh("coding", way, path, "1") for way in WAYS}
        for way, one in told.items():
            print(_line(way, 1, one))
        for name in LABELS:
            assert told["xietong"][name][0] > told["search"][name][0] + 0.2
        two = fresh("coding", "xietong", path, "2")
        print(_line("xietong", 2, two))
        assert two["coders"] == told["xietong"]["coders"]
        # Other programs on the machine lengthen the seconds, but hardly the processor's.
        one = told["xietong"]["processor_seconds"] / told["xietong"]["rows"]
        print(f"two free cores would take {ROWS * one / 2:.0f} s for the {ROWS:,} rows")
        assert ROWS * one / 2 < BOUND_SECONDS
        if not wanted:
            gather(path, 0)
            print(_line("xietong", 2, fresh("coding", "xietong", path, "2")))
            print(f"while {os.getloadavg()[0]:.1f} programs wanted the {os.cpu_count()} cores")


def _line(way: str, processes: int, told: dict[str, Any]) -> str:
    accuracy = ", ".join(
        f"{name} {told[name][0]:.1%} right, {told[name][1]:.1%} defensible" for name in LABELS
    )
    return (
        f"{way:8} ×{processes} {told['rows']:,} rows in {told['seconds']:.1f} s "
        f"({told['processor_seconds']:.1f} s of its own processor), "
        f"{told['rows'] / told['seconds']:,.0f}/s, {told['megabytes']} MB, "
        f"{told['coded'] / told['rows']:.2%} coded; {accuracy}"
    )


def _answer(way: str) -> Callable[[str, str], dict[str, Any]]:
    return lambda path, processes: measured(way, path, processes)


if __name__ == "__main__" and not serve({way: _answer(way) for way in WAYS}):
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
