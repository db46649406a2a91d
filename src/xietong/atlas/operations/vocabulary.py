"""Words that corrections taught: an analyst takes them into the house's vocabulary, or not."""

from __future__ import annotations

from dataclasses import asdict

from xietong.atlas import rules
from xietong.atlas.models import VocabularyWord
from xietong.atlas.operations.corrections import MOST_REASON
from xietong.atlas.queries import corrections as queries
from xietong.atlas.queries import rows
from xietong.engine.coding.learning import Addition, Proposal
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require


def accept_word(*, actor: Actor, member: str, word: str, reason: str = "") -> VocabularyWord:
    """Let a proposed word code the member's register after the pack's own, from the next version.

    Refuses `word_not_proposed` where the corrections do not speak for it (any more), and
    `word_harms` where beside the words accepted so far it would make corrected rows wrong.
    """
    require(actor, rules.ACCEPT_WORD)
    rows.member_for(actor, member, rules.ACCEPT_WORD)
    version = rows.present_version(actor, member, rules.READ_ROWS)
    owner = version.register.member
    proposal = _proposed(queries.proposals_of(version), word)
    with change():
        Member.objects.select_for_update().get(pk=owner.pk)
        accepted = [
            Addition(one.kind, one.code, one.word)
            for one in VocabularyWord.objects.filter(
                member=owner, verdict=VocabularyWord.Verdict.ACCEPTED
            )
        ]
        before, _ = queries.accuracy_with(version, accepted)
        after, _ = queries.accuracy_with(version, [*accepted, proposal.addition])
        if after < before:
            raise Refusal(
                "word_harms",
                N_(
                    "With “{word}” {after} corrected rows would be coded right instead of {before}."
                ),
                way_out=N_("Decline it, or correct more rows that hold it."),
                word=word,
                before=before,
                after=after,
            )
        return _decide(actor, owner, proposal, VocabularyWord.Verdict.ACCEPTED, reason)


def decline_word(*, actor: Actor, member: str, word: str, reason: str = "") -> VocabularyWord:
    """Keep a proposed word out, or take out one that was accepted; it is not proposed again."""
    require(actor, rules.DECLINE_WORD)
    owner = rows.member_for(actor, member, rules.DECLINE_WORD)
    known = VocabularyWord.objects.filter(member=owner, word=word).first()
    if known is None:
        version = rows.present_version(actor, member, rules.READ_ROWS)
        proposal = _proposed(queries.proposals_of(version), word)
        with change():
            Member.objects.select_for_update().get(pk=owner.pk)
            return _decide(actor, owner, proposal, VocabularyWord.Verdict.DECLINED, reason)
    with change():
        Member.objects.select_for_update().get(pk=owner.pk)
        known.refresh_from_db()
        before = known.verdict
        known.verdict = VocabularyWord.Verdict.DECLINED
        known.reason = reason[:MOST_REASON]
        known.decided_by, known.decided_by_name = actor.key, actor.name
        known.save()
        _told(actor, known, before)
    return known


def _proposed(found: list[Proposal], word: str) -> Proposal:
    for one in found:
        if one.addition.word == word:
            return one
    raise Refusal(
        "word_not_proposed",
        N_("The corrections do not speak for “{word}”."),
        way_out=N_("Choose one of the words that are proposed now."),
        field="word",
        word=word[:40],
    )


def _decide(
    actor: Actor, owner: Member, proposal: Proposal, verdict: str, reason: str
) -> VocabularyWord:
    evidence = asdict(proposal)
    addition = evidence.pop("addition")
    known = VocabularyWord.objects.filter(member=owner, word=addition["word"]).first()
    if known is not None:
        raise Refusal(
            "word_decided",
            N_("{name} has decided on “{word}” already: {verdict}."),
            way_out=N_("Look at the list of words again."),
            name=known.decided_by_name,
            word=known.word,
            verdict=known.verdict,
        )
    decided = VocabularyWord.objects.create(
        member=owner,
        **addition,
        verdict=verdict,
        evidence=evidence,
        reason=reason[:MOST_REASON],
        decided_by=actor.key,
        decided_by_name=actor.name,
    )
    _told(actor, decided, "")
    return decided


def _told(actor: Actor, decided: VocabularyWord, before: str) -> None:
    accepted = decided.verdict == VocabularyWord.Verdict.ACCEPTED
    record(
        actor=actor,
        verb="accept_word" if accepted else "decline_word",
        subject=Reference("atlas", "word", str(decided.pk)),
        reason=decided.reason,
        before=before,
        after=decided.verdict,
        member=decided.member.code,
        code=decided.code,
    )
