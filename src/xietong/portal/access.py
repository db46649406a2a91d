"""Every door of the house, and who may open it: read from the guards that the doors carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import click
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from xietong.portal.api_requests import API
from xietong.region.guards import OPERATOR, PUBLIC, SIGNED_IN, Guard, Line, guard_of
from xietong.region.rules import May, Role

Kind = Literal["page", "call", "command"]
# What the library that describes the API answers itself; everybody may read the description.
OF_THE_DESCRIPTION = {"api-root", "openapi-json", "openapi-view"}


@dataclass(frozen=True, slots=True)
class Door:
    """A page, an operation of the API or a command; `lines` is None where nothing guards it.

    `name` is that of the address (`atlas:map`), of the operation's function or of the command.
    """

    kind: Kind
    method: str
    address: str
    name: str
    lines: tuple[Line, ...] | None


def doors() -> list[Door]:
    """Return every door there is."""
    return [*pages(), *calls(), *commands()]


def pages() -> list[Door]:
    """Return every page with each of its methods, by its Chinese address."""
    found = []
    # The prefix of an address follows the language that is spoken.
    with translation.override(settings.LANGUAGE_CODE):
        known = list(_addresses(get_resolver().url_patterns))
    for address, name, view in known:
        if address.startswith(API):
            continue
        guard = guard_of(view)
        if guard is None:
            found.append(Door("page", "GET", address, name, None))
            continue
        found += [
            Door("page", method, address, name, guard.lines(method))
            for method in guard.methods
            if method != "HEAD"
        ]
    return found


def calls() -> list[Door]:
    """Return every operation of the API."""
    found = [
        Door("call", "GET", address, name, (PUBLIC,))
        for address, name, _ in _addresses(get_resolver().url_patterns)
        if name.removeprefix("api:") in OF_THE_DESCRIPTION
    ]
    for address, _, view in _addresses(get_resolver().url_patterns):
        for operation in getattr(_path_view(view), "operations", ()):
            guard = guard_of(operation.view_func)
            found += [
                Door(
                    "call",
                    method,
                    address,
                    f"{operation.view_func.__module__}.{operation.view_func.__name__}",
                    guard.reads if guard else None,
                )
                for method in operation.methods
            ]
    return found


def commands() -> list[Door]:
    """Return every command."""
    from xietong.portal.main import gathered

    def walk(prefix: str, group: click.Group) -> Iterator[Door]:
        for name, command in sorted(group.commands.items()):
            path = f"{prefix} {name}"
            if isinstance(command, click.Group):
                yield from walk(path, command)
            else:
                guard: Guard | None = guard_of(command.callback)
                yield Door("command", "", path, path, guard.reads if guard else None)

    return list(walk("xietong", gathered()))


def who(lines: tuple[Line, ...]) -> dict[str, tuple[str, ...]]:
    """Return the roles that some line lets in: of the own member, of others, of the office.

    `everybody` and `signed in` stand alone under `besides`.
    """
    of_table = [one for one in lines if isinstance(one, May)]
    if PUBLIC in lines or any(one.public for one in of_table):
        return {"own": (), "others": (), "office": (), "besides": ("everybody",)}
    if SIGNED_IN in lines:
        return {"own": (), "others": (), "office": (), "besides": ("whoever has signed in",)}
    operator = OPERATOR in lines or any(one.operator for one in of_table)

    def roles(side: str) -> tuple[str, ...]:
        return tuple(
            role.value for role in Role if any(role in getattr(one, side) for one in of_table)
        )

    return {
        "own": roles("own"),
        "others": roles("others"),
        "office": roles("office"),
        "besides": ("the operator",) if operator else (),
    }


def _addresses(
    patterns: list[Any], before: str = "/", space: str = ""
) -> Iterator[tuple[Any, ...]]:
    for one in patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _addresses(one.url_patterns, address, inner)
        elif isinstance(one, URLPattern):
            yield address, f"{space}{one.name or ''}", one.callback


def _path_view(view: Any) -> Any:
    """Return what holds the operations behind an address of the API; None for pages."""
    for cell in getattr(view, "__closure__", None) or ():
        if hasattr(cell.cell_contents, "operations"):
            return cell.cell_contents
    return None
