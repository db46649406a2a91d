"""Gathers every sentence that the product says, and compiles its translations.

`python tools/messages.py` reads the code and the templates, adds new sentences to the catalogue,
takes out those that nobody says any more, and writes the compiled file beside it. `--check` changes
nothing: it fails where a sentence has no translation, where a translation is marked fuzzy or does
not fill in what its original fills in, or where the compiled file is out of date.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "xietong"
LOCALE = "zh_Hans"
CATALOGUE = PACKAGE / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, Any] = {
    "N_": None,
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FILLED = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def sentences() -> Iterator[tuple[str, int, Any, str | None]]:
    """Give (file, line, message, context) of every sentence in code and templates."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from _said(path, path.read_text(encoding="utf-8"))
    templates = [*PACKAGE.rglob("templates/**/*.html"), *PACKAGE.rglob("templates/**/*.txt")]
    for path in sorted(templates):
        name = str(path.relative_to(ROOT))
        code = templatize(path.read_text(encoding="utf-8"), origin=name)
        # What templatize makes of the markup is no Python: its indentation means nothing.
        yield from _said(path, "\n".join(line.strip() for line in code.splitlines()))


def _said(path: Path, code: str) -> Iterator[tuple[str, int, Any, str | None]]:
    file = io.BytesIO(code.encode("utf-8"))
    for line, message, _, context in extract("python", file, keywords=KEYWORDS):
        if message and message != ("", ""):
            yield path.relative_to(ROOT).as_posix(), line, message, context


def template() -> Catalog:
    """Return a catalogue of all sentences, untranslated."""
    catalogue = Catalog(project="Xietong", charset="utf-8", fuzzy=False)
    for file, _, message, context in sentences():
        # Files without lines: a change that moves a sentence changes no catalogue.
        catalogue.add(message, locations=[(file, 0)], context=context)
    return catalogue


def read() -> Catalog:
    """Return the catalogue as it stands, or an empty one."""
    if not CATALOGUE.exists():
        return Catalog(locale=LOCALE, project="Xietong", charset="utf-8", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def updated() -> Catalog:
    """Return the catalogue with exactly the sentences that are said now."""
    known = read()
    fresh = Catalog(locale=LOCALE, project="Xietong", charset="utf-8", fuzzy=False)
    fresh.header_comment = "# The Chinese words of Xietong. English sentences are the keys."
    for message in template():
        if message.id:
            old = known.get(message.id, context=message.context)
            fresh.add(
                message.id,
                old.string if old else "",
                locations=sorted(set(message.locations)),
                flags=old.flags - {"python-format", "python-brace-format"} if old else (),
                context=message.context,
            )
    return fresh


def as_po(catalogue: Catalog) -> bytes:
    """Return the catalogue as text, the same for the same sentences."""
    file = io.BytesIO()
    write_po(file, catalogue, sort_output=True, width=100, omit_header=False, include_lineno=False)
    # The dates would make every run differ.
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*\n', b"", file.getvalue()
    )


def as_mo(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue."""
    file = io.BytesIO()
    stable = read_po(io.BytesIO(as_po(catalogue)), locale=LOCALE)
    stable.creation_date = stable.revision_date = None  # type: ignore[assignment]
    write_mo(file, stable)
    return re.sub(rb"(POT-Creation|PO-Revision)-Date: [^\n]*", _blanked, file.getvalue())


def _blanked(match: re.Match[bytes]) -> bytes:
    """Keep the length, since a compiled catalogue counts bytes."""
    name, _, value = match[0].partition(b": ")
    return name + b": " + b"-" * len(value)


def faults(catalogue: Catalog) -> list[str]:
    """Return what is wrong with the translations."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        ids, strings = _texts(message.id), _texts(message.string)
        name = ids[0]
        if not all(strings):
            found.append(f"not translated: {name}")
        elif message.fuzzy:
            found.append(f"fuzzy: {name}")
        elif any(_filled(text) - _filled(*ids) for text in strings):
            found.append(f"fills in what the original does not: {name}")
        elif len(ids) == 1 and _filled(name) - _filled(*strings):
            found.append(f"leaves out what the original fills in: {name}")
    return found


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value or "",)


def _filled(*texts: str) -> set[str]:
    return {one or other for text in texts for one, other in FILLED.findall(text)}


def main() -> int:
    """Update or check; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--check", action="store_true")
    check = reader.parse_args().check
    if not settings.configured:
        settings.configure(USE_I18N=True)
    catalogue = updated()
    compiled = CATALOGUE.with_suffix(".mo")
    if check:
        found = faults(catalogue)
        if not CATALOGUE.exists() or as_po(catalogue) != CATALOGUE.read_bytes():
            found.append("the catalogue is not what the code says; run tools/messages.py")
        if not compiled.exists() or as_mo(catalogue) != compiled.read_bytes():
            found.append("the compiled catalogue is out of date; run tools/messages.py")
    else:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_bytes(as_po(catalogue))
        compiled.write_bytes(as_mo(catalogue))
        found = faults(catalogue)
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
