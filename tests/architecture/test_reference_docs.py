"""What the code can say, the docs list: settings, commands, refusals, problems, API operations."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

import reference_docs
from codes import PROBLEM, REFUSALS, Found, collect, placeholders
from real_data import ROOT
from xietong.kit.words import PROBLEMS

PACKAGE = ROOT / "src" / "xietong"
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Everything else asks portal/environment.py, by way of the settings.
ENVIRONMENT_READERS = {"portal/environment.py", "portal/main.py", "portal/wsgi.py"}


@pytest.fixture(scope="module")
def found() -> Found:
    """Return every refusal and problem of the package."""
    return collect(PACKAGE)


@pytest.mark.parametrize("name", reference_docs.PAGES)
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    with translation.override("en"):
        wanted = reference_docs.PAGES[name]()
    page = ROOT / name
    assert page.is_file(), "type: make reference"
    assert page.read_text(encoding="utf-8") == wanted, "type: make reference"


def test_every_kind_of_refusal_is_one_that_is_collected() -> None:
    import xietong.portal.bodies
    import xietong.portal.urls  # noqa: F401  (loads every room's doors)
    from xietong.kit.refusals import Refusal

    kinds, fresh = [Refusal], [Refusal]
    while fresh:
        below = [one for one in fresh.pop().__subclasses__() if "xietong" in one.__module__]
        kinds, fresh = [*kinds, *below], [*fresh, *below]
    assert {one.__name__: one.status for one in kinds} == REFUSALS


def test_an_old_page_is_seen(tmp_path: Path) -> None:
    with translation.override("en"):
        for name, write in reference_docs.PAGES.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(write(), encoding="utf-8")
        assert reference_docs.stale(tmp_path) == []
        (tmp_path / "docs/api/refusals.md").write_text("# Refusals\n", encoding="utf-8")
        (tmp_path / "docs/operate/settings.md").unlink()
        late = ["docs/operate/settings.md", "docs/api/refusals.md"]
        assert reference_docs.stale(tmp_path) == late


def test_every_setting_is_described_and_nothing_else() -> None:
    source = (PACKAGE / "portal" / "settings.py").read_text(encoding="utf-8")
    read = {setting.name for setting in reference_docs.settings_read(source)}
    assert read == set(reference_docs.SETTINGS)


def test_an_undescribed_setting_is_seen() -> None:
    source = "A = env.flag('XIETONG_PLANTED', True)\nB = env.whole('B', 3, low=1, high=9)\n"
    planted, bounded = sorted(reference_docs.settings_read(source), key=lambda one: len(one.name))[
        ::-1
    ]
    assert planted.name not in reference_docs.SETTINGS
    assert planted.default == "`true`"
    assert bounded.bounds == " from 1 to 9"


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers <= ENVIRONMENT_READERS


def test_every_code_can_be_read_from_the_source(found: Found) -> None:
    assert found.unreadable == []
    assert len(found.codes(*REFUSALS)) > 15
    assert all(CODE.fullmatch(one.code) for one in found.raised)


def test_a_refusal_means_one_thing(found: Found) -> None:
    told: dict[str, set[tuple[str, str]]] = {}
    for one in found.raised:
        if one.kind in REFUSALS:
            told.setdefault(one.code, set()).add((one.kind, one.sentence))
    assert {code: ways for code, ways in told.items() if len(ways) > 1} == {}


def test_every_refusal_has_its_sentence_and_way_out(found: Found) -> None:
    silent = [
        f"{one.where} {one.code}"
        for one in found.raised
        if one.kind in REFUSALS and not (one.sentence and one.way_out)
    ]
    assert silent == []


def test_every_refusal_fills_its_sentence(found: Found) -> None:
    assert unfilled(found, {}) == []


def test_every_problem_has_words_and_every_word_a_problem(found: Found) -> None:
    assert found.codes(PROBLEM) == set(PROBLEMS)


def test_every_problem_fills_its_words(found: Found) -> None:
    words = {code: f"{each.sentence} {each.way_out}" for code, each in PROBLEMS.items()}
    unread = [one.where for one in found.raised if one.kind == PROBLEM and one.params is None]
    assert unread == []
    assert unfilled(found, words) == []


def unfilled(found: Found, words: dict[str, str]) -> list[str]:
    """Return the places whose sentence wants what they do not give."""
    return [
        f"{one.where} {one.code}: {sorted(missing)}"
        for one in found.raised
        if one.params is not None
        for missing in [
            placeholders(words.get(one.code, f"{one.sentence} {one.way_out}")) - one.params
        ]
        if missing
    ]


def test_the_command_shows_the_commands_that_are_listed() -> None:
    told = subprocess.run(
        [str(Path(sys.executable).with_name("xietong")), "--help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    shown = set(re.findall(r"^  ([a-z-]+)", told.partition("Commands:")[2], re.MULTILINE))
    listed = {path.split()[1] for path, _ in reference_docs.command_tree()}
    assert shown == listed


def test_every_command_says_what_it_does() -> None:
    assert [path for path, command in reference_docs.command_tree() if not command.help] == []


@pytest.mark.parametrize(
    ("source", "codes", "params"),
    [
        ('Refusal("plain", N_("No {what}."), what="x")', {"plain"}, {"what"}),
        ('raise refusals.NotFound("of", "No.", field="f", code="x")', {"of"}, {"code"}),
        ('Problem(code="by_name", row=3)', {"by_name"}, set()),
        ('Problem("a" if x else "b", 2, None, {"n": 1})', {"a", "b"}, {"n"}),
        ('CODE = "of_module"\ndef f():\n    Problem(CODE)', {"of_module"}, set()),
        (
            'def f():\n    c = "local"\n    p = {"n": 1}\n    Problem(c, params=p)',
            {"local"},
            {"n"},
        ),
        ('def f():\n    for c, x in (("a", 1), ("b", 2)):\n        Problem(c)', {"a", "b"}, set()),
        ('def f(row, code):\n    Problem(code, row)\nf(1, "handed")', {"handed"}, set()),
        (
            "class T:\n    def f(self, code):\n        Problem(code)\n    def g(self):\n"
            '        self.f("handed")',
            {"handed"},
            set(),
        ),
        (
            'Kind = Literal["one", "two"]\ndef f(code: Kind):\n'
            '    Problem(code, 1, None, {"n": 1})',
            {"one", "two"},
            {"n"},
        ),
        (
            "def f(code, row, **params):\n    Problem(code, row, params=params)\n"
            'f("handed_on", 3, n=1)',
            {"handed_on"},
            {"n"},
        ),
        (
            'def f():\n    p = {"m": 1}\n    g(p)\n    p = {"n": 1}\n'
            '    Problem("last", params=p)\n    p = {"o": 1}',
            {"last"},
            {"n"},
        ),
        ("Problem(codes[3])", set(), None),
        ('Refusal(f"no_{what}", "No.")', set(), None),
    ],
)
def test_codes_are_collected_as_they_are_written(
    tmp_path: Path, source: str, codes: set[str], params: set[str] | None
) -> None:
    path = tmp_path / "package" / "planted.py"
    path.parent.mkdir()
    path.write_text(source)
    found = collect(path.parent)
    assert {one.code for one in found.raised} == codes
    assert bool(found.unreadable) is (not codes)
    if params is not None:
        assert all(one.params == params for one in found.raised)


def test_a_problem_read_back_from_where_it_was_kept_is_made_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "package" / "planted.py"
    path.parent.mkdir()
    path.write_text('Problem(one["code"], one["row"])\nProblem(**one)\nProblem(one["name"], 3)')
    found = collect(path.parent)
    assert found.raised == []
    assert found.unreadable == ["package/planted.py:3"]


def test_a_sentence_that_is_not_filled_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "package" / "planted.py"
    path.parent.mkdir()
    path.write_text('Refusal("one", "No {what}.", way_out="Ask {whom}.", what="x")\nProblem("two")')
    found = collect(path.parent)
    assert len(unfilled(found, {"two": "Row {row_number}."})) == 2
