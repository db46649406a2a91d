"""Every page in both languages: whole, under the policy, from this node alone, in few reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import translation

from editions import Grown
from real_data import ROOT
from xietong.portal import pages

pytestmark = pytest.mark.django_db
LANGUAGES = {"zh-Hans": "", "en": "/en"}
# Each page with the most reads that it may cost, however much it shows.
PAGES = {
    "/": 6,
    "/search/": 2,
    "/search/?q=jq": 3,
    "/search/suggestions/?q=jq": 3,
    "/atlas/": 7,
    "/atlas/?industry=d11&level=prefecture&measure=share": 7,
    "/atlas/?industry=d11&place=820202&cluster=d11@820103&compare=d12": 13,
    "/atlas/clusters/": 8,
    "/atlas/clusters/?q=x&industry=d11&member=northshore&crossing=1&sort=lq": 8,
    "/atlas/clusters/d11@820103/": 6,
    "/atlas/places/820202/": 5,
    "/atlas/places/820000/": 5,
    "/atlas/editions/": 6,
    "/atlas/editions/1/": 7,
    "/atlas/registers/": 3,
    "/atlas/methods/": 3,
    "/atlas/industries/": 4,
    "/atlas/industries/?q=boats": 5,
}
WHOLE = [page for page in PAGES if "suggestions" not in page]
# Names of vocabularies, which nobody fetches.
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
ANOTHER_HOST = re.compile(r"""["'(=]((?:https?:)?//[\w.-]+\.[a-z]{2,}[^"')\s]*)""")
FETCHED = {"src", "href", "action", "formaction", "poster", "data", "srcset"}


class Seen(HTMLParser):
    """What a page refers to, and what the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.refused: list[str] = []
        self.language = ""
        self.heading = 0
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.language = (told.get("lang") or "") if tag == "html" else self.language
        self.heading += tag == "h1"
        runs = told.get("type") in (None, "module", "text/javascript")
        self._script = tag == "script" and "src" not in told and runs
        if tag == "style":
            self.refused.append("<style>")
        for name, value in attrs:
            if name in FETCHED or name.startswith(("hx-get", "hx-post")):
                self.addresses.append(value or "")
            if name == "style" or name.startswith("on"):
                self.refused.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.refused.append("a script inside the page")
        self._script = False


def seen(text: str) -> Seen:
    found = Seen()
    found.feed(text)
    return found


def elsewhere(text: str) -> set[str]:
    """Return the addresses of other hosts that a page names."""
    return (
        set(re.findall(r"""["'(=]((?:https?:)?//[\w.-]+\.[a-z]{2,}[^"')\s]*)""", text)) - NAMESPACES
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("where", PAGES)
def test_a_page_is_whole(grown: Grown, client: Client, where: str, language: str) -> None:
    answer = client.get(LANGUAGES[language] + where)
    assert answer.status_code == 200
    text = answer.content.decode()
    found = seen(text)
    assert found.refused == []
    assert elsewhere(text) == set()
    for address in found.addresses:
        assert not re.match(r"(?:[a-z]+:)?//", address), address
    if where in WHOLE:
        assert found.language == language
        assert found.heading == 1
        assert "三湖为虚构地区" in text or "Three Lakes is an invented region" in text
        assert answer["Content-Language"].lower() == language.lower()


@pytest.mark.parametrize("where", PAGES)
def test_a_page_costs_few_reads(
    grown: Grown, client: Client, where: str, django_assert_max_num_queries: Any
) -> None:
    client.get(where)
    with django_assert_max_num_queries(PAGES[where]):
        client.get(where)


@pytest.mark.parametrize("where", [page for page in WHOLE if "?" not in page])
def test_every_link_of_a_page_leads_somewhere(grown: Grown, client: Client, where: str) -> None:
    found = seen(client.get("/en" + where).content.decode())
    links = {one for one in found.addresses if one.startswith("/") and "/static/" not in one}
    assert len(links) > 5
    for address in sorted(links)[:40]:
        assert client.get(address).status_code == 200, address


def test_links_keep_to_their_language(grown: Grown, client: Client) -> None:
    for where in WHOLE:
        found = seen(client.get("/en" + where).content.decode())
        pages_ = [one for one in found.addresses if re.match(r"/(en/|atlas/|search/|$)", one)]
        # Only the switch leads to the other language.
        others = [one for one in pages_ if not one.startswith("/en/")]
        assert len(others) == 1, (where, others)


@pytest.mark.parametrize("where", ["/", "/atlas/", "/nowhere/", "/api/v1/docs", "/api/v1/nowhere"])
def test_every_answer_is_under_the_policy(grown: Grown, client: Client, where: str) -> None:
    answer = client.get(where)
    policy = {
        name: set(sources.split())
        for name, _, sources in (
            part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")
        )
    }
    assert policy == {
        "default-src": {"'none'"},
        "script-src": {"'self'"},
        "style-src": {"'self'"},
        "img-src": {"'self'", "data:", "blob:"},
        "font-src": {"'self'"},
        "connect-src": {"'self'"},
        "worker-src": {"'self'", "blob:"},
        "form-action": {"'self'"},
        "base-uri": {"'none'"},
        "frame-ancestors": {"'none'"},
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_apis_description_comes_from_this_node(client: Client) -> None:
    text = client.get("/api/v1/docs").content.decode()
    assert elsewhere(text) == set()
    assert seen(text).refused == []


@pytest.mark.parametrize("text", ['<a href="https://a.example/x">', "<img src='//b.example/y'>"])
def test_an_address_of_another_host_is_seen(text: str) -> None:
    assert len(elsewhere(text)) == 1
    assert elsewhere('<svg xmlns="http://www.w3.org/2000/svg"><a href="/atlas/">') == set()


@pytest.mark.parametrize(
    "text", ["<p style='x'>", "<p onclick='x'>", "<script>x</script>", "<style>"]
)
def test_what_the_policy_refuses_is_seen(text: str) -> None:
    assert seen(text).refused
    assert not seen(
        '<script type="application/json">{}</script><script src="/x.js"></script>'
    ).refused


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-Hans", "此网址没有页面。"), ("en", "There is no page at this address.")],
)
def test_an_address_that_leads_nowhere_says_so(client: Client, language: str, said: str) -> None:
    answer = client.get(f"{LANGUAGES[language]}/nowhere/")
    assert answer.status_code == 404
    text = answer.content.decode()
    assert said in text
    assert "no_such_page" in text
    assert seen(text).language == language


@pytest.mark.parametrize(
    ("language", "said"), [("zh-Hans", "系统出现故障"), ("en", "Something broke here")]
)
def test_a_fault_of_ours_says_so_and_no_more(
    grown: Grown, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("an inner secret")

    client = Client(raise_request_exception=False)
    monkeypatch.setattr("xietong.portal.frame._frame", break_down)
    answer = client.get(LANGUAGES[language] + "/atlas/methods/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert said in text
    assert seen(text).language == language
    assert "secret" not in text
    assert "Traceback" not in text
    monkeypatch.setattr("xietong.atlas.queries.edition", break_down)
    api = client.get("/api/v1/atlas/editions/current", headers={"accept-language": language})
    assert api.status_code == 500
    assert api["Content-Type"] == "application/problem+json"
    assert api.json()["title"] == said
    assert b"secret" not in api.content


def test_a_host_that_is_not_ours_is_refused() -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content
    api = client.get("/api/v1/atlas/editions", headers={"host": "evil.example"})
    assert (api.status_code, api.json()["code"]) == (400, "malformed")


def test_the_pages_that_refuse_need_no_database(django_assert_num_queries: Any) -> None:
    request = HttpRequest()
    request.path_info = "/"
    with django_assert_num_queries(0), translation.override("en"):
        assert pages.failed(request).status_code == 500
        assert pages.malformed(request, ValueError()).status_code == 400


def test_before_there_is_an_edition_the_home_page_teaches(client: Client) -> None:
    for language, prefix in LANGUAGES.items():
        answer = client.get(prefix + "/")
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "xietong register import" in text
        assert seen(text).language == language


# Pages that other files test as thoroughly: whole, in both languages, for whoever may see them.
ELSEWHERE = {
    "tests/atlas/test_editions_pages.py": {"compile_edition"}
    | {f"{verb}_edition" for verb in ("submit", "return", "publish", "withdraw")},
    "tests/portal/test_exports_of_pages.py": {"export", "clusters_export"},
    "tests/atlas/comparison/test_comparison_doors.py": {"comparison", "comparison_export"},
    "tests/atlas/brief/test_briefs.py": {"brief"},
    "tests/atlas/imports": {
        "choose_import",
        "imports",
        "import",
        *(f"import_{part}" for part in ("sheet", "columns", "check", "discard", "commit")),
        *(f"import_{part}" for part in ("problems", "problems_file", "mark", "marked")),
        "versions",
        "restore_version",
        "version_problems_file",
    },
    "tests/atlas/corrections": {
        "register",
        "register_export",
        "register_rows",
        "queue",
        "correct_unit",
        "confirm_unit",
        "take_unit",
        "like",
        "corrections",
        "corrections_export",
        "import_corrections",
        "apply_corrections",
        "withdraw_correction",
        "undo_correction",
        "words",
        "decide_word",
        "words_file",
    },
    "tests/region/people/test_doors.py": {"rules"},
    "tests/region/sign_in": {"account", "tokens", "token_new", "token_revoke"},
}


def addresses() -> dict[str, str]:
    """Return the pages of portal and atlas by name, each with its whole pattern."""
    found: dict[str, str] = {}

    def walk(patterns: Iterable[Any], before: str) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns, before + str(one.pattern))
            else:
                found[one.name] = before + str(one.pattern)

    for namespace in ("portal", "atlas"):
        walk(get_resolver().namespace_dict[namespace][1].url_patterns, "")
    return found


def test_every_page_is_tested_here() -> None:
    names = set(addresses())
    tested = {"home", "search", "suggestions", "map", "industries", "clusters", "cluster", "place"}
    here = tested | {"registers", "methods", "editions", "edition"}
    assert names == here.union(*ELSEWHERE.values())
    for where in ELSEWHERE:
        assert (ROOT / where).exists(), where


@pytest.mark.parametrize("where", list(ELSEWHERE))
def test_what_is_tested_elsewhere_is_asked_for_there(where: str) -> None:
    files = [ROOT / where] if where.endswith(".py") else sorted((ROOT / where).glob("*.py"))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    patterns = addresses()
    missing = []
    for name in ELSEWHERE[where]:
        pattern = patterns[name]
        # The address as a test spells it: its parts that are the same for every record.
        parts = [one for one in re.split(r"<[^>]*>|/", pattern) if len(one) > 2]
        if not all(part in text for part in parts):
            missing.append(name)
    assert missing == []
