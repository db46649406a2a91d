"""What every test stands on: pages find their static files where the sources lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files() -> Iterator[None]:
    """Name static files as they are called; those with hashes have tests/portal/test_static.py."""
    from django.conf import settings
    from django.test import override_settings

    # WhiteNoise complains of a folder that is not there.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture(autouse=True, scope="session")
def _fresh_databases() -> Iterator[None]:
    """Give a fresh copy of the database behind every test that commits."""
    from fresh_database import fresh_copies

    with fresh_copies():
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_kept_answers() -> Iterator[None]:
    """Answer every test anew: what one test was told is not right in the next one's records."""
    from django.test import override_settings

    with override_settings(XIETONG_ANSWERS_MB=0):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hash passwords quickly: what makes guessing slow makes tests slow."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
