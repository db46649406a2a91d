"""Tests of sign-in: the cast with passwords, and the mail that they are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cast import cast
from houses import lakes
from region.sign_in.people import Mailbox

__all__ = ["cast", "lakes"]


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> Mailbox:
    """Give what is sent meanwhile: real mails, as the file backend writes them."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return Mailbox(tmp_path / "mail", django_capture_on_commit_callbacks)
