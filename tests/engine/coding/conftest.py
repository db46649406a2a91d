from __future__ import annotations

import pytest

from engine.coding.pack import china_coder, china_vocabulary
from xietong.engine.coding import Coder, Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return china_vocabulary()


@pytest.fixture(scope="session")
def coder() -> Coder:
    return china_coder()
