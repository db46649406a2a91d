"""Typed readers of environment variables. Each refuses nonsense instead of guessing."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}


class BadSetting(Exception):
    """A setting holds what its reader cannot accept; the process must not start on a guess."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r}: wanted {wanted}.")


def text(name: str, default: str) -> str:
    """Return the setting as it stands, or the default where it is not set."""
    return os.environ.get(name, default)


def one_of(name: str, default: str, choices: Collection[str]) -> str:
    """Return one of some words, in whatever case it is written."""
    value = os.environ.get(name)
    if value is None:
        return default
    known = {choice.lower(): choice for choice in choices}
    if value.strip().lower() in known:
        return known[value.strip().lower()]
    raise BadSetting(name, value, f"one of {', '.join(choices)}")


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


def secret(name: str, home: Path) -> str:
    """Return the key that is set, else one made once and kept in `secret.key` of the home folder.

    Processes that start together agree on one. Refuses a home that cannot be written to.
    """
    configured = text(name, "")
    if configured:
        return configured
    path = home / "secret.key"
    try:
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(prefix=".part-", dir=home)
            try:
                with os.fdopen(handle, "w") as file:
                    file.write(secrets.token_urlsafe(50))
                with suppress(FileExistsError):  # another process was first: its key counts
                    os.link(part, path)
            finally:
                os.unlink(part)
        return path.read_text()
    except OSError as fault:
        raise BadSetting(
            "XIETONG_HOME", str(home), f"a folder that can be written to ({fault.strerror})"
        ) from None


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An OpenID Connect provider at which people of this node may sign in."""

    key: str
    name: str
    url: str
    client: str
    secret: str
    second_factor: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Return scheme and host of the provider, as a browser compares them."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def as_app(self) -> dict[str, object]:
        """Return what django-allauth wants to be told."""
        return {
            "provider_id": self.key,
            "name": self.name,
            "client_id": self.client,
            "secret": self.secret,
            "settings": {"server_url": self.url, "second_factor": list(self.second_factor)},
        }


def identity_providers(name: str) -> tuple[IdentityProvider, ...]:
    """Return the providers that a list of short names tells of, each with settings of its own.

    `XIETONG_OIDC=hall` wants `XIETONG_OIDC_HALL_URL` and `…_CLIENT`; `…_SECRET`, `…_NAME` and
    `…_MFA` may follow. Refuses an address without TLS that is not on this machine.
    """
    found = []
    for key in names(name, []):
        if not re.fullmatch(r"[a-z][a-z0-9]*", key):
            raise BadSetting(name, key, "short names of small Latin letters and digits")
        own = f"{name}_{key.upper()}"
        url, client = text(f"{own}_URL", ""), text(f"{own}_CLIENT", "")
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise BadSetting(f"{own}_URL", url, "the provider's address, beginning with https://")
        if not client:
            raise BadSetting(f"{own}_CLIENT", client, "the name this node has at the provider")
        shown, secret = text(f"{own}_NAME", key), text(f"{own}_SECRET", "")
        factors = tuple(names(f"{own}_MFA", []))
        found.append(IdentityProvider(key, shown, url.rstrip("/"), client, secret, factors))
    return tuple(found)


def database(name: str, home: Path) -> dict[str, object]:
    """Return Django's settings of the database from a URL; SQLite in `home` where it is not set.

    Understands `sqlite:///path` and `postgresql://user:password@host:port/name`.
    """
    url = os.environ.get(name, "")
    if not url:
        return _sqlite(home / "xietong.sqlite3")
    refused = BadSetting(
        name, _without_password(url), "sqlite:///path or postgresql://user:password@host:port/name"
    )
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise refused from None
    if parts.scheme == "sqlite" and parts.path:
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme == "postgresql" and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(port),
            # A command wants one connection; the server's threads share up to sixteen. Whoever
            # asks while the server is away is told so soon, and whoever asks next tries anew: a
            # pool that pauses longer after each attempt stays away for a minute after it is back.
            "OPTIONS": {
                "pool": {"min_size": 1, "max_size": 16, "timeout": 5, "reconnect_timeout": 4}
            },
        }
    raise refused


def _without_password(url: str) -> str:
    """Return a URL that may stand in a log."""
    return re.sub(r"(?<=:)[^:@/]+(?=@)", "…", url)


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "xietong.kit.sqlite",
        "NAME": path,
        # Opening the file costs ten times what most reads of it do.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # IMMEDIATE takes the write lock at BEGIN, so two writers wait instead of failing late.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
