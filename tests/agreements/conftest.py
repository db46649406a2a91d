"""Tests of agreements stand in the region of the lakes with the whole cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cast import Cast, cast
from houses import lakes
from xietong.agreements import operations
from xietong.agreements.models import Agreement
from xietong.kit.references import Reference
from xietong.region.models import Member

__all__ = ["cast", "lakes", "opened"]
ABOUT = Reference("plan", "scheme", "7")


@pytest.fixture
def opened(lakes: object, cast: Cast) -> Callable[..., Agreement]:
    """Give a function that opens an agreement of both members on some record."""

    def open_it(digest: str = "a" * 64, subject: Reference = ABOUT, **ways: Any) -> Agreement:
        return operations.open_agreement(
            actor=cast["office_officer"],
            subject=subject,
            digest=digest,
            title_en="Boats inspected once for all lakes",
            purpose="Publishing this edition of the map",
            **{"title_zh": "三湖船艇检验互认", "parties": list(Member.objects.all()), **ways},
        )

    return open_it
