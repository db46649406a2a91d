"""What search finds beside the map: a room says in its findable.py which records, and for whom.

    @findable("editions", rules.READ_DRAFTS)
    def editions() -> Iterator[Findable]: ...

A record is found by whoever the line of the page that it leads to lets in: the index keeps whose
the record is, and the line is asked when somebody searches, so that a role counts as it does at
the page. A provider names the lines of its records.

The provider gives all of a room's records when the index is rebuilt; in between, the room's
operations call `index_record` inside the change of a record, and `unindex_record` when it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import override

from xietong.desk.models import Job
from xietong.desk.rules import READ_JOBS, READ_OFFICE_JOBS
from xietong.desk.sayings import say
from xietong.kit.references import Reference
from xietong.kit.refusals import N_
from xietong.region.models import Organisation, Person
from xietong.region.queries.organisations import scopes_of
from xietong.region.queries.people import scopes_of_person
from xietong.region.rules import OFFICE, READ_ORGANISATIONS, READ_PEOPLE, May

# Beside the keys of people.
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Findable:
    """A record as search knows it, and who finds it.

    `kind` is shown, marked by N_. `line` is that of the page it leads to, `of` whose the record
    is; `keys` are those of people who find it whatever they hold, or EVERYBODY.
    """

    reference: Reference
    kind: str
    title_zh: str
    url: str
    line: May | None = None
    of: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    title_en: str = ""
    text: tuple[str, ...] = field(default=())


Provider = Callable[[], Iterator[Findable]]
_providers: dict[str, Provider] = {}
_lines: dict[str, May] = {}


def findable(name: str, *lines: May) -> Callable[[Provider], Provider]:
    """Let a provider be asked when the index is rebuilt; its records are found by these lines."""

    def declared(provider: Provider) -> Provider:
        _providers[name] = provider
        _lines.update({one.verb: one for one in lines})
        return provider

    return declared


@cache
def _discover() -> None:
    autodiscover_modules("findable")


def all_findable() -> Iterator[Findable]:
    """Give every record that any room lets be found."""
    _discover()
    for name in sorted(_providers):
        yield from _providers[name]()


def lines_of_records() -> Mapping[str, May]:
    """Return the lines by which records are found, by their verbs."""
    _discover()
    return _lines


def job_found(job: Job) -> Findable:
    """Return a job as search knows it: whoever sees it in the list finds it."""
    titles = {}
    for language in ("zh-hans", "en"):
        with override(language):
            titles[language] = say(job.title, job.title_params)
    return Findable(
        reference=Reference("desk", "job", str(job.pk)),
        kind=N_("Job"),
        title_zh=titles["zh-hans"],
        title_en=titles["en"],
        url=_page("desk:job", job.pk),
        line=READ_OFFICE_JOBS if job.scope == OFFICE else READ_JOBS,
        of=frozenset({job.scope} - {""}),
        keys=frozenset({job.asked_by}),
        text=(job.asked_name, str(job.pk), job.kind),
    )


def organisation_found(row: Organisation) -> Findable:
    """Return an organisation as search knows it: whoever works here finds it."""
    return Findable(
        reference=Reference("region", "organisation", str(row.pk)),
        kind=N_("Organisation"),
        title_zh=row.name_zh,
        title_en=row.name_en,
        url=_page("region:organisation", row.pk),
        line=READ_ORGANISATIONS,
        of=scopes_of(member=row.member, organisation=row),
        text=(row.credit_code or "",),
    )


def person_found(row: Person) -> Findable:
    """Return a person as search knows them: colleagues and the office find them by name."""
    return Findable(
        reference=Reference("region", "person", str(row.pk)),
        kind=N_("Person"),
        title_zh=row.name or row.get_username(),
        url=_page("region:person", row.pk),
        line=READ_PEOPLE,
        of=scopes_of_person(row),
    )


@findable("jobs", READ_JOBS, READ_OFFICE_JOBS)
def _jobs() -> Iterator[Findable]:
    return map(job_found, Job.objects.iterator())


@findable("organisations", READ_ORGANISATIONS)
def _organisations() -> Iterator[Findable]:
    return map(organisation_found, Organisation.objects.select_related("member").iterator())


@findable("people", READ_PEOPLE)
def _people() -> Iterator[Findable]:
    rows = Person.objects.filter(is_active=True).select_related("member", "organisation__member")
    return map(person_found, rows.iterator())


def _page(name: str, key: int) -> str:
    with override(settings.LANGUAGE_CODE):
        return reverse(name, args=[key])
