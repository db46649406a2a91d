"""What a worker does for the atlas."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from xietong.atlas import operations, rules
from xietong.atlas.models import RegisterDraft
from xietong.atlas.operations.drafts import CHECKING, MARKING, subject_of
from xietong.atlas.operations.reviewing import reference_of
from xietong.desk.work import Outcome, work
from xietong.kit.progress import Progress
from xietong.kit.references import Reference
from xietong.kit.refusals import N_
from xietong.region.rules import OFFICE, Actor, of_member


@work(
    "compile_edition",
    title=N_("Compile an edition"),
    line=rules.COMPILE_EDITION,
    of=lambda parameters: OFFICE,
    one_a_subject=True,
)
def compile_edition(actor: Actor, progress: Progress) -> Outcome:
    """Compile an edition from the newest registers; the same registers give the same edition."""
    edition, new = operations.compile_edition(actor=actor, progress=progress)
    with translation.override(settings.LANGUAGE_CODE):
        url = reverse("atlas:edition", args=[edition.number])
    return Outcome(
        sentence=N_("Edition {number} was compiled.")
        if new
        else N_("Nothing has changed: edition {number} stands."),
        params={"number": edition.number},
        reference=reference_of(edition.number),
        url=url,
    )


def _of_member(parameters: Any) -> str:
    return of_member(parameters["member"])


@work(
    CHECKING,
    title=N_("Check “{file}”"),
    line=rules.PERFORM_CHECK,
    of=_of_member,
    one_a_subject=True,
)
def check_register_draft(
    actor: Actor, progress: Progress, member: str, number: int, turn: int
) -> Outcome:
    """Check an uploaded register and reckon what it would change; no version is made."""
    draft = operations.perform_check(
        actor=actor, member=member, number=number, turn=turn, progress=progress
    )
    return Outcome(
        sentence=N_("It can be committed; see what it would change.")
        if draft.state == rules.READY
        else N_("It has faults that refuse the register; see the list."),
        reference=subject_of(draft),
        url=_page_of(draft),
    )


@work(
    MARKING,
    title=N_("Mark up “{file}”"),
    line=rules.PERFORM_MARKING,
    of=_of_member,
    one_a_subject=True,
)
def mark_register_draft(
    actor: Actor, progress: Progress, member: str, number: int, language: str
) -> Outcome:
    """Write an uploaded register as a workbook in which its faults are marked."""
    draft = operations.perform_marking(
        actor=actor, member=member, number=number, language=language, progress=progress
    )
    return Outcome(
        sentence=N_("The marked-up workbook can be downloaded."),
        reference=subject_of(draft),
        url=_page_of(draft),
    )


def _page_of(draft: RegisterDraft) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return reverse("atlas:import", args=[draft.member.code, draft.pk])


@work(
    "apply_corrections",
    title=N_("Apply corrections to the register of {member}"),
    line=rules.APPLY_CORRECTIONS,
    of=_of_member,
    one_a_subject=True,
)
def apply_corrections(actor: Actor, progress: Progress, member: str) -> Outcome:
    """Make a version with today's corrections and words; where nothing changed, there is none."""
    version, new = operations.apply_corrections(actor=actor, member=member, progress=progress)
    with translation.override(settings.LANGUAGE_CODE):
        url = reverse("atlas:register", args=[member])
    return Outcome(
        sentence=N_("The corrections stand in version {number} of the register.")
        if new
        else N_("Nothing has changed: version {number} of the register stands."),
        params={"number": version.number},
        reference=Reference("atlas", "register", member),
        url=url,
    )
