"""Which registers this node holds; only its operator may see them one by one."""

from __future__ import annotations

from xietong.atlas import rules
from xietong.atlas.models import PublishedName, RegisterVersion
from xietong.region.models import Member
from xietong.region.rules import Actor, may, of_member


def register_versions(actor: Actor) -> list[RegisterVersion]:
    """Return every version of the registers that are the actor's to see, oldest first."""
    if not may(actor, rules.READ_REGISTERS):
        return []
    return [
        one
        for one in RegisterVersion.objects.select_related("register__member")
        if may(actor, rules.READ_REGISTERS, of=of_member(one.register.member.code))
    ]


def newest_versions(actor: Actor) -> list[RegisterVersion]:
    """Return the newest version of each register that the actor may see, in the members' order."""
    return _newest(register_versions(actor))


def versions_to_compile(actor: Actor) -> list[RegisterVersion]:
    """Return the newest version of every register, for whoever compiles; none for others."""
    if not may(actor, rules.COMPILE_EDITION):
        return []
    return _newest(list(RegisterVersion.objects.select_related("register__member")))


def _newest(versions: list[RegisterVersion]) -> list[RegisterVersion]:
    newest = {one.register.member.code: one for one in versions}
    return sorted(newest.values(), key=lambda one: _place_of(one.register.member))


def _place_of(member: Member) -> tuple[int, str]:
    return member.position, member.code


def published_names(actor: Actor) -> list[PublishedName]:
    """Return every name that a member has published; none for the outsider."""
    if not actor.may_read_published:
        return []
    return list(PublishedName.objects.select_related("member"))
