"""Whatever is asked of any operation of the API, by whomever, it answers as it says it does.

Reading, writing and uploading; as a reader, as an officer with a token and as an administrator with
a strict one. What a question changes is undone before the next one.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings

from access.house import House, token_of
from atlas.test_api_fuzz import CHECKS, described

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
PARTS = {"reader": False, "north_officer": False, "office_administrator": True}
SEED = 21


def operations() -> list[tuple[str, str]]:
    """Return every operation: method and path."""
    return [
        (found.ok().method.upper(), found.ok().path) for found in described().get_all_operations()
    ]


def known(house: House) -> dict[str, Any]:
    """Return words that lead somewhere, so that not every question ends at the first refusal."""
    numbers = [one for one in house.keys.values() if isinstance(one, int)]
    return {
        "which": ["current"],
        "member": ["northshore"],
        "number": numbers,
        "key": numbers,
        "consent": numbers,
    }


def introduced(house: House, part: str) -> dict[str, str]:
    """Return the headers by which somebody asks."""
    plain = {"Accept-Encoding": "identity"}  # the fuzzer's own client unpacks nothing
    if part == "reader":
        return plain
    return plain | {"Authorization": f"Bearer {token_of(house, part, strict=PARTS[part])}"}


def ask(
    house: House, method: str, path: str, part: str, headers: dict[str, str], questions: int
) -> set[int]:
    """Ask made-up questions as somebody; return the statuses of the answers."""
    asked, words = described()[path][method], known(house)
    chance = random.Random(f"{SEED} {method} {path} {part}")  # noqa: S311
    seen: set[int] = set()

    @seed(SEED)
    @settings(
        max_examples=questions,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=asked.as_strategy())
    def question(case: Any) -> None:
        for name in case.path_parameters or {}:
            if words.get(name) and chance.random() < 0.7:
                case.path_parameters[name] = chance.choice(words[name])
        with transaction.atomic():
            answer = case.call_and_validate(checks=CHECKS, headers=headers)
            seen.add(answer.status_code)
            transaction.set_rollback(True)

    question()
    return seen


@pytest.fixture(autouse=True)
def _one_connection() -> Any:
    """Let no request end the connection in whose transaction the test stands."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_every_operation_keeps_its_word_to_everybody(house: House) -> None:
    """Ask all operations, each part a question or two."""
    broken: list[str] = []
    answered: set[int] = set()
    headers = {part: introduced(house, part) for part in PARTS}
    for method, path in operations():
        for part in PARTS:
            try:
                answered |= ask(house, method, path, part, headers[part], 1)
            except Exception as fault:
                broken.append(f"{part} {method} {path}: {str(fault)[:600]}")
    assert broken == [], "\n".join(broken)
    # It got somewhere: some was done, some forbidden, some not found, some not understood.
    assert {200, 403, 404, 422} <= answered


@pytest.mark.deep
@pytest.mark.parametrize("part", PARTS)
def test_every_operation_keeps_its_word_through_many_questions(house: House, part: str) -> None:
    """Ask each operation some dozens of questions."""
    broken, headers = [], introduced(house, part)
    for method, path in operations():
        try:
            ask(house, method, path, part, headers, 40)
        except Exception as fault:
            broken.append(f"{part} {method} {path}: {str(fault)[:600]}")
    assert broken == [], "\n".join(broken)
