"""Typed readers of environment variables. Each refuses nonsense instead of guessing."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class BadSetting(Exception):
    """A setting holds what its reader cannot accept; the process must not start on a guess."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r}: wanted {wanted}.")


def text(name: str, default: str) -> str:
    """Return the setting as it stands, or the default where it is not set."""
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    """Return yes or no. Refuses anything that is neither (`DEBUG=maybe`)."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise BadSetting(name, value, "one of true, false, yes, no, on, off, 1, 0")


def whole(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number within [low, high]."""
    value = os.environ.get(name)
    if value is None:
        return default
    wanted = f"a whole number from {low} to {high}"
    try:
        number = int(value)
    except ValueError:
        raise BadSetting(name, value, wanted) from None
    if not low <= number <= high:
        raise BadSetting(name, value, wanted)
    return number


def folder(name: str, default: Path) -> Path:
    """Return an absolute folder path. It need not exist yet."""
    value = os.environ.get(name)
    if value is None:
        return default.resolve()
    if not value.strip():
        raise BadSetting(name, value, "the path of a folder")
    return Path(value).expanduser().resolve()


def names(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated list, blanks dropped."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [part.strip() for part in value.split(",") if part.strip()]


def database(name: str, home: Path) -> dict[str, object]:
    """Return Django's settings of the database from a URL; SQLite in `home` where it is not set.

    Understands `sqlite:///path` and `postgresql://user:password@host:port/name`.
    """
    url = os.environ.get(name, "")
    if not url:
        return _sqlite(home / "xietong.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path:
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme == "postgresql" and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or 5432),
            "OPTIONS": {"pool": True},
        }
    raise BadSetting(name, url, "sqlite:///path or postgresql://user:password@host:port/name")


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # IMMEDIATE takes the write lock at BEGIN, so two writers wait instead of failing late.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
