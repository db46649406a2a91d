"""Invitations (邀请): the list, a new one, its recall, and the page that its link leads to."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import get_language, gettext

from xietong.region import forms, naming, operations, queries, rules
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.models import Invitation
from xietong.region.pages import answers, tables
from xietong.region.queries.people import scopes_of_mandate
from xietong.region.rules import require


@open_to(rules.MANAGE_PEOPLE)
def directory(request: HttpRequest) -> HttpResponse:
    """Show the invitations that the actor looks after."""
    actor = actor_of(request)
    require(actor, rules.MANAGE_PEOPLE)
    asked = queries.Invitations(request.GET, queries.invitations_visible_to(actor))
    return render(
        request,
        "region/invitations.html",
        {"asked": asked, "table": tables.laid(tables.Invitations, asked.qs, request)},
    )


@open_to(rules.INVITE_PERSON, writes=rules.INVITE_PERSON)
def invite(request: HttpRequest) -> HttpResponse:
    """Ask whom to invite, and send the mail."""
    actor = actor_of(request)
    require(actor, rules.INVITE_PERSON)
    form = forms.Invite(actor, rules.INVITE_PERSON, request.POST or None)
    sent = answers.done(
        request,
        form,
        lambda said: operations.invite_person(
            actor=actor,
            email=said["email"],
            name=said["name"],
            role=said["role"],
            language=said["language"],
            site=request.build_absolute_uri("/"),
            **form.owner(),
        ),
    )
    if sent is not None:
        _tell(request, sent[0])
        return redirect("region:invitations")
    return render(request, "region/invite.html", {"form": form}, status=422 if form.errors else 200)


@open_to(rules.SEND_INVITATION_AGAIN, writes=rules.SEND_INVITATION_AGAIN)
def send_again(request: HttpRequest, key: int) -> HttpResponse:
    """Say who gets a new link, and send it once that is confirmed."""
    actor = actor_of(request)
    require(actor, rules.SEND_INVITATION_AGAIN)
    row = queries.invitation(actor, key)
    require(actor, rules.SEND_INVITATION_AGAIN, of=scopes_of_mandate(row))
    if request.method == "POST":
        row, _link = operations.send_invitation_again(
            actor=actor, key=key, site=request.build_absolute_uri("/")
        )
        _tell(request, row)
        return redirect("region:invitations")
    return render(request, "region/send_again.html", {"invitation": row})


def _tell(request: HttpRequest, row: Invitation) -> None:
    """Say that the mail went out; where it did not, why, and that it can be sent again."""
    if row.mailed_at is not None:
        told = gettext("The invitation was sent to “{email}”.").format(email=row.email)
        messages.success(request, told)
        return
    told = gettext(
        "The mail to “{email}” could not be sent: {fault}. The invitation stands; send it again "
        "from the list once the mail server answers, or tell the operator."
    ).format(email=row.email, fault=row.mail_fault)
    messages.error(request, told)


@open_to(rules.RECALL_INVITATION, writes=rules.RECALL_INVITATION)
def recall(request: HttpRequest, key: int) -> HttpResponse:
    """Say whose link will lead nowhere, and recall it once that is confirmed."""
    actor = actor_of(request)
    require(actor, rules.RECALL_INVITATION)
    row = queries.invitation(actor, key)
    require(actor, rules.RECALL_INVITATION, of=scopes_of_mandate(row))
    if request.method == "POST":
        operations.recall_invitation(actor=actor, key=key)
        messages.success(request, gettext("The invitation was recalled."))
        return redirect("region:invitations")
    return render(request, "region/recall.html", {"invitation": row})


@open_to(rules.ACCEPT_INVITATION, writes=rules.ACCEPT_INVITATION)
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever was invited choose a password, and become a person with the mandate."""
    actor = actor_of(request)
    require(actor, rules.ACCEPT_INVITATION)
    row = operations.invitation_of(token)
    form = forms.Accept(request.POST or None, initial={"name": row.name})
    if answers.done(
        request,
        form,
        lambda said: operations.accept_invitation(
            actor=actor,
            token=token,
            name=said["name"],
            password=said["password"],
            language=get_language() or "",
        ),
    ):
        messages.success(request, gettext("Welcome. Sign in with your e-mail address."))
        return redirect(resolve_url(settings.LOGIN_URL))
    answer = render(
        request,
        "region/accept.html",
        {
            "invitation": row,
            "form": form,
            "role": naming.role(row.role),
            "scope": naming.owner(row.member, row.organisation),
            "strict": row.role in {one.value for one in rules.STRICT},
        },
        status=422 if form.errors else 200,
    )
    # The address is the secret: it goes to no other page, and into no cache. Of the origin alone
    # the form must tell; without it (`no-referrer`) a browser's answer counts as another site's.
    answer["Referrer-Policy"] = "strict-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
