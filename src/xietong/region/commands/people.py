"""Commands over people: invitations, mandates, and the table of who may do what.

On a new node the operator invites the first administrator:

    xietong person invite --administrator --member CODE --name NAME EMAIL
"""

from __future__ import annotations

from datetime import datetime

import click
from django.conf import settings

from xietong.region import exports, naming, operations, queries, rules, zone
from xietong.region.guards import uses
from xietong.region.models import Invitation
from xietong.region.rules import LOCAL, Role

ROLE = click.Choice([one.value for one in Role])
MEMBER = click.option("--member", default=None, help="The code of the member that it is for.")
ORGANISATION = click.option(
    "--organisation", type=int, default=None, help="Or the number of the organisation."
)
DAY = click.DateTime(["%Y-%m-%d"])
REASON = click.option("--reason", required=True, help="Why; it stands in the audit.")


@click.group()
def person() -> None:
    """People: who uses the house."""


@person.command("list")
@click.option("--search", "q", default="", help="Only people whose name holds this text.")
@click.option("--member", default="", help="Only people of this member.")
@click.option("--role", type=ROLE, default=None, help="Only who holds this role now.")
@uses(rules.READ_PEOPLE)
def list_people(q: str, member: str, role: str | None) -> None:
    """List people with what they hold now."""
    asked = {"q": q, "member": member, "role": role}
    for one in queries.People(asked, queries.people_visible_to(LOCAL)).qs:
        state = "active" if one.is_active else "inactive"
        home = naming.owner(one.member, one.organisation)
        held = exports.roles_held(one)
        click.echo(f"{one.pk}\t{naming.person(one)}\t{one.email}\t{state}\t{home}\t{held}")


@person.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="The name as on official papers.")
@click.option("--role", type=ROLE, default=None, help="What the person shall be.")
@click.option("--administrator", is_flag=True, help="The same as --role administrator.")
@MEMBER
@ORGANISATION
@click.option("--mail-language", type=click.Choice(["zh", "en"]), default="zh", help="Of the mail.")
@uses(rules.INVITE_PERSON)
def invite(
    email: str,
    name: str,
    role: str | None,
    administrator: bool,
    member: str | None,
    organisation: int | None,
    mail_language: str,
) -> None:
    """Send EMAIL a link by which to sign in with a mandate; print the link too."""
    if administrator == (role is not None):
        raise click.UsageError("Say --role, or --administrator.")
    row, link = operations.invite_person(
        actor=LOCAL,
        email=email,
        name=name,
        role=role or Role.ADMINISTRATOR.value,
        member=member,
        organisation=organisation,
        language="zh-hans" if mail_language == "zh" else "en",
        site=settings.XIETONG_ADDRESS,
    )
    _tell_link(row, link)


@person.command("rename")
@click.argument("key", type=int)
@click.argument("name")
@uses(rules.RENAME_PERSON)
def rename(key: int, name: str) -> None:
    """Write the name of person KEY anew."""
    row = operations.rename_person(actor=LOCAL, key=key, name=name)
    click.echo(f"{row.pk}\t{row.name}")


@person.command("move")
@click.argument("key", type=int)
@MEMBER
@ORGANISATION
@REASON
@uses(rules.MOVE_PERSON)
def move(key: int, member: str | None, organisation: int | None, reason: str) -> None:
    """Let person KEY work elsewhere; mandates of the old place end."""
    row = operations.move_person(
        actor=LOCAL, key=key, member=member, organisation=organisation, reason=reason
    )
    click.echo(f"{row.pk}\t{naming.owner(row.member, row.organisation)}")


@person.command("deactivate")
@click.argument("key", type=int)
@REASON
@uses(rules.DEACTIVATE_PERSON)
def deactivate(key: int, reason: str) -> None:
    """End the mandates, sessions and password of person KEY."""
    row = operations.deactivate_person(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{row.pk}\tinactive")


@person.command("reactivate")
@click.argument("key", type=int)
@REASON
@uses(rules.REACTIVATE_PERSON)
def reactivate(key: int, reason: str) -> None:
    """Let person KEY sign in again, with no mandate from before."""
    row = operations.reactivate_person(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{row.pk}\tactive")


@person.command("clear-factors")
@click.argument("key", type=int)
@REASON
@uses(rules.CLEAR_FACTORS)
def clear_factors(key: int, reason: str) -> None:
    """Take off all second factors of person KEY, who has lost them; password and sessions end."""
    count = operations.clear_factors(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{key}\t{count} factors taken off; the person recovers the password by mail")


@click.group()
def invitation() -> None:
    """Invitations that have been sent."""


@invitation.command("list")
@uses(rules.MANAGE_PEOPLE)
def list_invitations() -> None:
    """List invitations, the newest first."""
    for one in queries.invitations_visible_to(LOCAL):
        state = queries.state_of_invitation(one)
        scope = naming.owner(one.member, one.organisation)
        mail = one.mail_fault or "–"
        click.echo(f"{one.pk}\t{one.email}\t{one.name}\t{one.role}\t{scope}\t{state}\t{mail}")


@invitation.command("send-again")
@click.argument("key", type=int)
@uses(rules.SEND_INVITATION_AGAIN)
def send_again(key: int) -> None:
    """Send a new link for invitation KEY and print it; the one before leads nowhere."""
    row, link = operations.send_invitation_again(
        actor=LOCAL, key=key, site=settings.XIETONG_ADDRESS
    )
    _tell_link(row, link)


@invitation.command("recall")
@click.argument("key", type=int)
@uses(rules.RECALL_INVITATION)
def recall(key: int) -> None:
    """Make the link of invitation KEY lead nowhere."""
    row = operations.recall_invitation(actor=LOCAL, key=key)
    click.echo(f"{row.pk}\trecalled")


@click.group()
def mandate() -> None:
    """Mandates: who acts in which role, for whom, from when to when."""


@mandate.command("list")
@click.option("--member", default="", help="Only mandates for this member.")
@click.option("--all", "every", is_flag=True, help="Those that do not hold now too.")
@uses(rules.MANAGE_PEOPLE)
def list_mandates(member: str, every: bool) -> None:
    """List mandates, the newest first."""
    asked = {"member": member, "state": "" if every else "in_force"}
    there = zone.of_the_region()
    for one in queries.Mandates(asked, queries.mandates_visible_to(LOCAL)).qs:
        last = zone.last_day_before(one.valid_to, there) if one.valid_to else "–"
        scope = naming.owner(one.member, one.organisation)
        click.echo(
            f"{one.pk}\t{one.person_id}\t{naming.person(one.person)}\t{one.role}\t{scope}\t"
            f"{zone.day_of(one.valid_from, there)}\t{last}\t{queries.state_of(one)}\t"
            f"{one.granted_by}"
        )


@mandate.command("grant")
@click.argument("person_key", type=int)
@click.option("--role", type=ROLE, required=True, help="What the person shall be.")
@MEMBER
@ORGANISATION
@click.option("--from", "begins", type=DAY, default=None, help="The first day; today without it.")
@click.option("--last-day", type=DAY, default=None, help="Its last day; none: until revoked.")
@click.option("--reason", default="", help="Why; it stands in the audit.")
@uses(rules.GRANT_MANDATE)
def grant(
    person_key: int,
    role: str,
    member: str | None,
    organisation: int | None,
    begins: datetime | None,
    last_day: datetime | None,
    reason: str,
) -> None:
    """Let person PERSON_KEY act in a role for a member or an organisation."""
    row = operations.grant_mandate(
        actor=LOCAL,
        person=person_key,
        role=role,
        member=member,
        organisation=organisation,
        valid_from=zone.beginning_of(begins.date()) if begins else None,
        valid_to=zone.end_of(last_day.date()) if last_day else None,
        reason=reason,
    )
    click.echo(f"{row.pk}\t{row.person_id}\t{row.role}")


@mandate.command("revoke")
@click.argument("key", type=int)
@REASON
@uses(rules.REVOKE_MANDATE)
def revoke(key: int, reason: str) -> None:
    """End mandate KEY now; what was done by it stands."""
    row = operations.revoke_mandate(actor=LOCAL, key=key, reason=reason)
    click.echo(f"{row.pk}\trevoked")


def _tell_link(row: Invitation, link: str) -> None:
    """Print an invitation's link; say beside it where the mail did not go out."""
    click.echo(f"{row.pk}\t{row.email}\t{zone.minute_of(row.expires_at)}\t{link}")
    if row.mail_fault:
        click.echo(
            f"The mail was not sent: {row.mail_fault}. Pass the link on, or send it again with "
            f"`xietong invitation send-again {row.pk}`.",
            err=True,
        )


COMMANDS = (person, invitation, mandate)
