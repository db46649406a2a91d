from __future__ import annotations

import csv
import tomllib

import pytest

from real_data import REGIONS
from xietong.engine.coding import Coder, Vocabulary, merged, read_vocabulary

CHINA = REGIONS / "china"


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    tables = [
        tomllib.loads(path.read_text("utf-8")) for path in sorted((CHINA / "coding").glob("*.toml"))
    ]
    with (CHINA / "classification" / "gbt4754-2017.csv").open(encoding="utf-8", newline="") as file:
        return read_vocabulary(merged(tables), list(csv.DictReader(file)))


@pytest.fixture(scope="session")
def coder(vocabulary: Vocabulary) -> Coder:
    return Coder(vocabulary)
