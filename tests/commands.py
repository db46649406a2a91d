"""Runs `xietong` commands in this process, as the shell would, on the test's own database."""

from __future__ import annotations

from click.testing import CliRunner, Result
from django.utils import translation

from xietong.portal.main import gathered


def run(*arguments: str, expect: int = 0, language: str = "en") -> Result:
    """Run a command to its end; fail where it ends otherwise than expected."""
    with translation.override(translation.get_language()):  # the command switches it
        told = CliRunner().invoke(
            gathered(), ["--language", language, *arguments], catch_exceptions=False
        )
    assert told.exit_code == expect, f"{arguments} ended {told.exit_code}: {told.output}"
    return told
