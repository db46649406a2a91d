"""Which registers this node holds; only its operator may see them one by one."""

from __future__ import annotations

from xietong.atlas.models import PublishedName, RegisterVersion
from xietong.region.models import Member
from xietong.region.rules import Actor


def register_versions(actor: Actor) -> list[RegisterVersion]:
    """Return every version of every register, oldest first; none for a reader."""
    if not actor.may_read_drafts:
        return []
    return list(RegisterVersion.objects.select_related("register__member"))


def newest_versions(actor: Actor) -> list[RegisterVersion]:
    """Return the newest version of each member's register, in the members' order."""
    newest = {one.register.member.code: one for one in register_versions(actor)}
    return sorted(newest.values(), key=lambda one: _place_of(one.register.member))


def _place_of(member: Member) -> tuple[int, str]:
    return member.position, member.code


def published_names(actor: Actor) -> list[PublishedName]:
    """Return every name that a member has published; none for the outsider."""
    if not actor.may_read_published:
        return []
    return list(PublishedName.objects.select_related("member"))
