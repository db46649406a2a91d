"""Correcting what was read of a unit: told, withdrawn, undone; and who looks at which unit."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from xietong.atlas import methods, rules
from xietong.atlas.findable import correction_found
from xietong.atlas.models import Assignment, Correction, RegisterVersion
from xietong.atlas.queries import corrections as queries
from xietong.atlas.queries import rows
from xietong.desk import operations as desk
from xietong.engine.register.corrections import FIELDS, INDUSTRY
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region import zone
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require

UNDO_SECONDS = 10
# What the way from the click to the server may take.
GRACE_SECONDS = 5
MOST_REASON = 300


def correct_unit(
    *,
    actor: Actor,
    member: str,
    unit: str,
    field: str,
    value: str,
    reason: str = "",
    seen: int | None = None,
) -> Correction:
    """Say what a unit's industry or place is, or confirm what was read; it stands from now on.

    `seen` is the correction in force that the officer looked at, None for none: where another one
    stands by now, nothing is lost but refused, `corrected_meanwhile`. Refuses `no_such_register`,
    `no_such_unit`, `value_unknown`, `field_unknown` and `reason_too_long` too.
    """
    require(actor, rules.CORRECT_UNIT)
    owner = rows.member_for(actor, member, rules.CORRECT_UNIT)
    _check(field, value, reason)
    known = queries.unit_of(rows.present_version(actor, member, rules.READ_ROWS), unit)
    read = known.industry if field == INDUSTRY else known.place
    with change():
        _queue_up(owner)
        standing = _standing(owner, unit, field)
        if standing is not None and (standing.to_value, standing.made_by) == (value, actor.key):
            return standing  # the same click twice
        if (standing.pk if standing else None) != seen:
            raise meanwhile(standing)
        called = str(known.row["name"] or "")
        return put_correction(
            actor, known.version, standing, unit, called, field, read, value, reason
        )


def put_correction(
    actor: Actor,
    version: RegisterVersion,
    standing: Correction | None,
    unit: str,
    called: str,
    field: str,
    read: str,
    value: str,
    reason: str,
) -> Correction:
    """Let a checked correction stand in the place of what stood, inside a permitted change."""
    owner = version.register.member
    if standing is not None:
        _withdraw(standing, actor, "replaced")
    made = Correction.objects.create(
        member=owner,
        unit=unit,
        unit_name=called[:200],
        field=field,
        from_value=read,
        to_value=value,
        method_digest=version.method_digest,
        reason=reason.strip(),
        made_by=actor.key,
        made_by_name=actor.name,
        replaces=standing,
    )
    Assignment.objects.filter(member=owner, unit=unit, taken_by=actor.key).delete()
    desk.index_record(found=correction_found(made))
    record(
        actor=actor,
        verb="correct_unit",
        subject=_reference(made),
        reason=made.reason,
        before=read,
        after=value,
        member=owner.code,
        field=field,
    )
    return made


def withdraw_correction(*, actor: Actor, key: int, reason: str) -> Correction:
    """Take a correction back: at the next version the machine's reading counts again.

    Refuses `no_such_correction`, `correction_withdrawn`, `correction_reason_missing` and
    `reason_too_long`.
    """
    require(actor, rules.WITHDRAW_CORRECTION)
    found = queries.correction(actor, key)
    if not reason.strip():
        raise Refusal(
            "correction_reason_missing",
            N_("A correction is not withdrawn without a reason."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )
    _check_reason(reason)
    with change():
        _queue_up(found.member)
        found.refresh_from_db()
        _must_stand(found)
        _withdraw(found, actor, reason.strip())
        record(
            actor=actor,
            verb="withdraw_correction",
            subject=_reference(found),
            reason=found.withdrawn_because,
            before=found.to_value,
            after=found.from_value,
            member=found.member.code,
        )
    return found


def undo_correction(*, actor: Actor, key: int) -> Correction:
    """Take back what one has said just now; what it had replaced stands again.

    Refuses `no_such_correction`, `correction_withdrawn`, and `undo_too_late` after ten seconds or
    to anybody else.
    """
    require(actor, rules.UNDO_CORRECTION)
    found = queries.correction(actor, key)
    with change():
        _queue_up(found.member)
        found.refresh_from_db()
        _must_stand(found)
        late = timezone.now() - found.made_at > timedelta(seconds=UNDO_SECONDS + GRACE_SECONDS)
        if late or found.made_by != actor.key:
            raise Refusal(
                "undo_too_late",
                N_("This can be undone for {seconds} seconds, by whoever did it."),
                way_out=N_("Withdraw the correction with a reason."),
                seconds=UNDO_SECONDS,
            )
        _withdraw(found, actor, "undone")
        if found.replaces is not None:
            Correction.objects.filter(pk=found.replaces.pk).update(
                withdrawn_at=None, withdrawn_by="", withdrawn_by_name="", withdrawn_because=""
            )
            desk.index_record(found=correction_found(found.replaces))
        record(
            actor=actor,
            verb="undo_correction",
            subject=_reference(found),
            before=found.to_value,
            after=found.replaces.to_value if found.replaces else found.from_value,
            member=found.member.code,
        )
    return found


def take_unit(*, actor: Actor, member: str, unit: str) -> Assignment:
    """Say that one looks at a unit; refuses `taken_by_other` where somebody else does."""
    require(actor, rules.TAKE_UNIT)
    owner = rows.member_for(actor, member, rules.TAKE_UNIT)
    queries.unit(actor, member, unit)
    with change():
        _queue_up(owner)
        held = Assignment.objects.filter(member=owner, unit=unit).first()
        if held is not None:
            if held.taken_by != actor.key:
                raise Refusal(
                    "taken_by_other",
                    N_("{name} has taken this unit."),
                    way_out=N_("Choose the next one, or ask {name} to release it."),
                    name=held.taken_by_name,
                )
            return held
        taken = Assignment.objects.create(
            member=owner, unit=unit, taken_by=actor.key, taken_by_name=actor.name
        )
        record(
            actor=actor,
            verb="take_unit",
            subject=Reference("atlas", "assignment", str(taken.pk)),
            member=owner.code,
        )
    return taken


def release_unit(*, actor: Actor, member: str, unit: str) -> bool:
    """Let a unit go that one has taken; return whether one had."""
    require(actor, rules.RELEASE_UNIT)
    owner = rows.member_for(actor, member, rules.RELEASE_UNIT)
    with change():
        held = Assignment.objects.filter(member=owner, unit=unit, taken_by=actor.key).first()
        if held is None:
            return False
        record(
            actor=actor,
            verb="release_unit",
            subject=Reference("atlas", "assignment", str(held.pk)),
            member=owner.code,
        )
        held.delete()
    return True


def meanwhile(standing: Correction | None) -> Refusal:
    """Say who was first, and with what."""
    if standing is None:
        return Refusal(
            "correction_withdrawn_meanwhile",
            N_("The correction that you saw was withdrawn meanwhile; yours was not stored."),
            way_out=N_("Look at the unit again and decide anew."),
        )
    return Refusal(
        "corrected_meanwhile",
        N_("{name} has set the industry to {value} at {when}; yours was not stored.")
        if standing.field == INDUSTRY
        else N_("{name} has set the place to {value} at {when}; yours was not stored."),
        way_out=N_("Look at the unit again and decide anew."),
        name=standing.made_by_name,
        value=standing.to_value,
        when=zone.second_of(standing.made_at),
    )


def value_known(field: str, value: str) -> bool:
    """Tell whether a code is one of today's industries or places."""
    ways = methods.current()
    return value in (ways.codes if field == INDUSTRY else ways.gazetteer.history.places)


def _check(field: str, value: str, reason: str) -> None:
    if field not in FIELDS:
        raise Refusal(
            "field_unknown",
            N_("“{text}” is nothing that is corrected."),
            way_out=N_("Correct the industry or the place."),
            field="field",
            text=field,
        )
    if not value_known(field, value):
        raise Refusal(
            "value_unknown",
            N_("“{value}” is no code of an industry in use.")
            if field == INDUSTRY
            else N_("“{value}” is no code of a place on the map."),
            way_out=N_("Search by name and choose one that is offered."),
            field="value",
            value=value[:40],
        )
    _check_reason(reason)


def _check_reason(reason: str) -> None:
    if len(reason) > MOST_REASON:
        raise Refusal(
            "reason_too_long",
            N_("The reason is longer than {most} characters."),
            way_out=N_("Shorten it."),
            field="reason",
            most=MOST_REASON,
        )


def _queue_up(owner: Member) -> None:
    """Let officers of one member write one after the other, each seeing what the last one did."""
    Member.objects.select_for_update().get(pk=owner.pk)


def _standing(owner: Member, unit: str, field: str) -> Correction | None:
    return Correction.objects.filter(
        member=owner, unit=unit, field=field, withdrawn_at__isnull=True
    ).first()


def _must_stand(found: Correction) -> None:
    if found.withdrawn_at is not None:
        raise Refusal(
            "correction_withdrawn",
            N_("This correction was withdrawn by {name} already."),
            way_out=N_("Nothing is left to do."),
            name=found.withdrawn_by_name,
        )


def _withdraw(found: Correction, actor: Actor, because: str) -> None:
    found.withdrawn_at = timezone.now()
    found.withdrawn_by = actor.key
    found.withdrawn_by_name = actor.name
    found.withdrawn_because = because
    found.save()
    desk.unindex_record(reference=_reference(found))


def _reference(found: Correction) -> Reference:
    return Reference("atlas", "correction", str(found.pk))
