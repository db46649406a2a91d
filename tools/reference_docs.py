"""Writes the reference tables in docs/ from the code: settings, commands, refusals, API operations.

`python tools/reference_docs.py` writes them; `--check` exits with 1 where a file is not what the
code says. The tables are committed, so that they can be read without running anything.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codes import PROBLEM, REFUSALS, Found, Raised, collect
from reference_inventory import addresses_rows, jobs_rows, verbs_rows

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "xietong"
NOTE = "<!-- Written from the code by `make reference`. Do not edit. -->"

# What each setting is for. The second part tells the default where the code's own expression would
# not help a reader.
SETTINGS: dict[str, tuple[str, str | None]] = {
    "XIETONG_HOME": (
        "The folder of all state: the database, registers, editions, collected static files.",
        "`var` in a checkout, else `./var`",
    ),
    "XIETONG_DATA": (
        "The folder of sample data; without it a synthetic twin is made. Never written to.",
        "`../shared/data` beside a checkout",
    ),
    "XIETONG_REGIONS": (
        "The folder of region packs.",
        "`regions` of the checkout, else the packs of the installation",
    ),
    "XIETONG_REGION": ("The pack that this node serves: a folder in XIETONG_REGIONS.", None),
    "XIETONG_ADDRESS": (
        "The address under which people reach this node; links in mail that a command sends begin "
        "with it.",
        None,
    ),
    "XIETONG_MEMORY_MB": ("How much memory DuckDB may take, in megabytes.", None),
    "XIETONG_THREADS": ("How many threads DuckDB, and how many processes the coder may use.", None),
    "XIETONG_WORKERS": (
        "How many workers are started beside the server; 0 where they are run elsewhere.",
        None,
    ),
    "XIETONG_LEASE_SECONDS": (
        "How long a worker that is not heard of keeps its job, in seconds.",
        None,
    ),
    "XIETONG_UPLOAD_MB": ("The largest file that may be uploaded, in megabytes.", None),
    "XIETONG_SECRET_KEY": (
        "The key that signs sessions and forms.",
        "made at the first start and kept in `secret.key` of XIETONG_HOME",
    ),
    "XIETONG_DEBUG": ("Pages that show faults with their source. Never on a reachable node.", None),
    "XIETONG_ALLOWED_HOSTS": ("The host names under which the node answers.", None),
    "XIETONG_DATABASE_URL": (
        "The database: `sqlite:///path` or `postgresql://user:password@host:port/name`.",
        "SQLite in `xietong.sqlite3` of XIETONG_HOME",
    ),
    "XIETONG_METRICS_TOKEN": (
        "Who knows it may read /metrics (`Authorization: Bearer …`); without it there are none.",
        None,
    ),
    "XIETONG_LOG_FORMAT": ("How a line of the log is written: for people, or as JSON.", None),
    "XIETONG_OIDC": (
        "Short names of identity providers. Each `NAME` has settings of its own: "
        "`XIETONG_OIDC_NAME_URL`, `…_CLIENT`, `…_SECRET`, `…_NAME` (shown), `…_MFA` (values of "
        "`amr` or `acr` that count as second factor). See [sign-in](sign-in.md).",
        "none",
    ),
    "XIETONG_ANSWERS_MB": (
        "How much memory the server may take to keep answers that all anonymous readers get alike, "
        "in megabytes; 0: none are kept.",
        None,
    ),
    "XIETONG_TLS": (
        "Whether readers come over TLS: secure cookies, and links that begin with https.",
        "`true` as soon as XIETONG_ALLOWED_HOSTS names a host that is not this machine",
    ),
    "XIETONG_PROXIES": (
        "How many proxies of yours stand in front, whose headers are believed.",
        None,
    ),
    "XIETONG_HSTS_DAYS": (
        "For how many days browsers come over TLS alone (HSTS); 0: not told.",
        None,
    ),
    "XIETONG_SESSION_HOURS": ("After how many hours a session ends.", None),
    "XIETONG_SESSION_IDLE_MINUTES": ("After how many minutes without a request it ends.", None),
    "XIETONG_PASSWORD_LENGTH": ("How many characters a password has at least.", None),
    "XIETONG_MAIL_HOST": (
        "The SMTP server for mail.",
        "mails are written as files to `mail` of XIETONG_HOME",
    ),
    "XIETONG_MAIL_PORT": ("Its port.", None),
    "XIETONG_MAIL_USER": ("The account at the SMTP server.", "none"),
    "XIETONG_MAIL_PASSWORD": ("Its password.", "none"),
    "XIETONG_MAIL_SECURITY": ("How mail is encrypted on its way to the server.", None),
    "XIETONG_MAIL_FROM": ("From which address mail comes.", None),
    "XIETONG_LOG_LEVEL": ("From which level on events are logged to stderr.", None),
}
KINDS = {
    "text": "text",
    "secret": "text",
    "one_of": "one of",
    "flag": "`true` or `false` (also yes, no, on, off, 1, 0)",
    "whole": "a whole number",
    "folder": "a folder",
    "names": "names, separated by commas",
    "identity_providers": "short names, separated by commas",
    "database": "a database URL",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable as settings.py reads it."""

    name: str
    reader: str
    default: str
    bounds: str


def settings_read(source: str) -> list[Setting]:
    """Return every variable that a settings file reads, in its order."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id == "env"):
            continue
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        found.append(
            Setting(
                name=ast.literal_eval(node.args[0]),
                reader=node.func.attr,
                default=_default(node.args[1]) if len(node.args) > 1 else "",
                bounds=_bounds(node, given),
            )
        )
    return sorted(found, key=lambda setting: setting.name)


def _bounds(call: ast.Call, given: Mapping[str | None, str]) -> str:
    if "low" in given:
        return f" from {given['low']} to {given['high']}"
    if len(call.args) > 2:
        return f" {', '.join(f'`{choice}`' for choice in ast.literal_eval(call.args[2]))}"
    return ""


def _default(node: ast.expr) -> str:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    return f"`{value}`"


def settings_page() -> str:
    """Return docs/operate/settings.md. Raises KeyError for a setting that nobody described."""
    rows = []
    for setting in settings_read((PACKAGE / "portal" / "settings.py").read_text(encoding="utf-8")):
        purpose, default = SETTINGS[setting.name]
        accepted = KINDS[setting.reader] + setting.bounds
        rows.append((f"`{setting.name}`", purpose, accepted, default or setting.default))
    return page(
        "Settings",
        "Every setting is an environment variable. A value that its reader cannot accept stops the "
        "process with the name of the setting and what was wanted; nothing is guessed.",
        table(("setting", "what it is for", "accepted", "when it is not set"), rows),
    )


def refusals_page() -> str:
    """Return docs/api/refusals.md."""
    from xietong.kit.words import PROBLEMS

    found = collect(PACKAGE)
    return page(
        "Refusals and problems",
        "A refusal says that nothing was changed, why, and what to do instead. The code is stable "
        "and the same through every door: a page, a `problem+json` body (RFC 9457), or exit status "
        "2 with one line on stderr. Sentences are told in the reader's language.",
        "## Refusals",
        table(("code", "status", "sentence", "way out"), list(_refusal_rows(found))),
        "## Problems of a table or file",
        "A refused table lists its problems row by row, each with one of these codes.",
        table(
            ("code", "sentence", "way out"),
            [
                (f"`{code}`", _told(PROBLEMS[code].sentence), _told(PROBLEMS[code].way_out))
                for code in sorted(found.codes(PROBLEM))
                if code in PROBLEMS
            ],
        ),
    )


def _refusal_rows(found: Found) -> Iterator[tuple[str, ...]]:
    told: dict[str, Raised] = {}
    for one in found.raised:
        if one.kind in REFUSALS:
            told.setdefault(one.code, one)
    for code, one in sorted(told.items()):
        yield f"`{code}`", str(REFUSALS[one.kind]), _told(one.sentence), _told(one.way_out)


def _told(template: str) -> str:
    """Return a sentence for a Markdown table, its gaps marked as such."""
    return template.replace("|", "\\|").replace("{", "*{").replace("}", "}*")


def commands_page() -> str:
    """Return docs/operate/commands.md."""
    parts = [
        "Every command prints its result on stdout and its progress on stderr. A refusal ends with "
        "exit status 2 and one line on stderr: a code from [the list](../api/refusals.md), the "
        "sentence, and the way out. `--language zh` or `en`, before the command, chooses the "
        "language of answers.",
    ]
    for path, command in command_tree():
        parts += _command_parts(path, command)
    return page("Commands", *parts)


def command_tree() -> list[tuple[str, Any]]:
    """Return every command with its full name, groups before their commands."""
    import click

    from xietong.portal.main import xietong

    top = dict(xietong.commands)
    files = [*PACKAGE.glob("*/commands.py"), *PACKAGE.glob("*/commands/__init__.py")]
    for room in sorted(path.relative_to(PACKAGE).parts[0] for path in files):
        module = importlib.import_module(f"xietong.{room}.commands")
        top.update({command.name: command for command in module.COMMANDS})

    def walk(prefix: str, commands: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, command in sorted(commands.items()):
            yield f"{prefix} {name}", command
            if isinstance(command, click.Group):
                yield from walk(f"{prefix} {name}", command.commands)

    return list(walk("xietong", top))


def _command_parts(path: str, command: Any) -> list[str]:
    import click

    if isinstance(command, click.Group):
        return [f"## {path}", command.help or ""]
    # A command of a group stands under its group, one of its own beside the groups.
    level = "##" if path.count(" ") == 1 else "###"
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    usage = " ".join([path, *(each.make_metavar(click.Context(command)) for each in arguments)])
    parts = [f"{level} {path}", f"`{usage}`", " ".join((command.help or "").split())]
    if options:
        rows = [_option_row(click.Context(command), option) for option in options]
        parts.append(table(("option", "what it is for"), rows))
    return parts


def _option_row(context: Any, option: Any) -> tuple[str, str]:
    names, told = option.get_help_record(context)
    return f"`{names.replace('|', chr(92) + '|')}`", told.replace("|", "\\|")


def operations_page() -> str:
    """Return docs/api/operations.md."""
    from xietong.portal.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    rows = []
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            wanted = [f"`{each['name']}`" for each in operation.get("parameters", [])]
            said = operation.get("description") or operation.get("summary", "")
            rows.append(
                (f"`{method.upper()} {address}`", said.replace("\n", " "), ", ".join(wanted))
            )
    return page(
        "API operations",
        "The full description (OpenAPI) is served at `/api/v1/openapi.json`, and for reading at "
        "`/api/v1/docs`. Whatever is refused answers with [a code](refusals.md).",
        table(("operation", "what it gives", "parameters"), rows),
    )


def permissions_page() -> str:
    """Return docs/operate/permissions.md."""
    from xietong.portal import permissions
    from xietong.region.rules import LOCAL

    rows = []
    for one in permissions.lines(LOCAL):
        held = [", ".join(roles) or "–" for roles in (one.own, one.others, one.office)]
        besides = "everybody" if one.public else "the operator" if one.operator else "–"
        states = ", ".join(one.states) or "–"
        said = permissions.verb_said(one.verb)
        rows.append((one.room, f"{said} (`{one.verb}`)", *held, states, besides))
    return page(
        "Who may do what",
        "The one table by which every page, every API call and every command decides; an "
        "administrator sees it at `/rules/`. A role is held by "
        "[a mandate](../rooms/region-people.md) for a member or an organisation; those of the "
        "regional office reach over all members where its column says so. Approvers and "
        "administrators hold their roles only in a session that has shown a second factor. The "
        "operator is whoever types commands at the machine.",
        table(
            ("room", "what", "own member", "other members", "regional office", "states", "besides"),
            rows,
        ),
    )


def access_page() -> str:
    """Return docs/operate/access.md."""
    from xietong.portal import access

    known = access.doors()
    parts = [
        "Every page, every operation of the API and every command, with the lines of "
        "[the table of permissions](permissions.md) that let somebody in, and whom they are: one "
        "line suffices. A door asks before anything is read, so whoever is refused has learnt "
        "nothing. For which records a role is held is decided behind the door: a record of another "
        "member's is answered like one that does not exist (404, in the same words).",
        "Whoever has not signed in and asks for a page that wants it is led to sign-in, and back; "
        "a program is answered 401. A role of approval or administration counts once the session "
        "has shown a second factor; until then the answer says so (403, `second_factor_needed`) "
        "and leads to it. A page has the methods listed; any other is answered 405.",
    ]
    for kind, title in (("page", "Pages"), ("call", "API"), ("command", "Commands")):
        rows = [_access_row(one, access.who(one.lines or ())) for one in known if one.kind == kind]
        heads = ("door", "lines", "own member", "other members", "regional office", "besides")
        parts += [f"## {title}", table(heads, rows)]
    return page("Who may open which door", *parts)


def _access_row(door: Any, who: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    from xietong.region.rules import May

    verbs = [f"`{one.verb}`" for one in door.lines or () if isinstance(one, May)]
    said = [", ".join(who[side]) or "–" for side in ("own", "others", "office", "besides")]
    return f"`{door.method} {door.address}`".replace("` ", "`"), ", ".join(verbs) or "–", *said


def addresses_page() -> str:
    """Return docs/operate/addresses.md. Raises KeyError for a page that nobody described."""
    return page(
        "Addresses of pages",
        "Every page of the house. English ones begin with `/en`; health and metrics are the same "
        "in both. Who may open a page is decided by [the one table](permissions.md); where "
        "somebody may not see a record, there is none. The API has "
        "[a list of its own](../api/operations.md).",
        table(("address", "what it is for"), addresses_rows()),
    )


def records_page() -> str:
    """Return docs/operate/deeds.md."""
    return page(
        "Jobs and verbs of the audit",
        "What is done in the background, and what may stand in the audit, in both languages.",
        "## Kinds of jobs",
        "Asking for a job is decided by a line of [the one table](permissions.md), named last.",
        table(("kind", "English", "中文", "line"), jobs_rows()),
        "## Verbs of the audit",
        table(("verb", "English", "中文"), verbs_rows()),
    )


def page(title: str, *parts: str) -> str:
    """Return a Markdown page."""
    return "\n\n".join([f"# {title}", NOTE, *(part for part in parts if part)]) + "\n"


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


PAGES: dict[str, Callable[[], str]] = {
    "docs/operate/settings.md": settings_page,
    "docs/operate/commands.md": commands_page,
    "docs/operate/permissions.md": permissions_page,
    "docs/operate/access.md": access_page,
    "docs/operate/addresses.md": addresses_page,
    "docs/operate/deeds.md": records_page,
    "docs/api/refusals.md": refusals_page,
    "docs/api/operations.md": operations_page,
}


def stale(root: Path) -> list[str]:
    """Return the pages under `root` that are not what the code says."""
    return [
        name
        for name, write in PAGES.items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != write()
    ]


def main() -> int:
    """Write or check the pages; return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xietong.portal.settings")
    import django
    from django.utils import translation

    django.setup()
    translation.activate("en")
    if "--check" in sys.argv[1:]:
        late = stale(ROOT)
        for name in late:
            sys.stderr.write(f"{name} is not what the code says; type: make reference\n")
        return 1 if late else 0
    for name, write in PAGES.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(write(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
