"""The addresses of accounts: django-allauth's, each write of which is one change, and ours."""

from __future__ import annotations

from allauth.account import urls as account
from allauth.mfa import urls as mfa
from allauth.socialaccount import urls as social
from allauth.usersessions import views as sessions
from django.urls import URLPattern, URLResolver, path

from xietong.portal.sign_in import pages
from xietong.region.guards import PUBLIC, SIGNED_IN, open_to

# What these do is audited with it. Not sign-in itself, whose hashing would hold up all writers.
CHANGING = {
    "account_change_password",
    "account_email",
    "account_email_verification_sent",
    "account_reset_password_from_key",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
    "socialaccount_connections",
}
# What stands before sign-in; every other page of django-allauth is for whoever has signed in.
BEFORE = {
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
}


def changing(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Wrap those views of a list of addresses that change an account, and guard them all."""
    for one in patterns:
        if isinstance(one, URLResolver):
            changing(one.url_patterns)
            continue
        if one.name in CHANGING:
            one.callback = pages.in_one_change(one.callback)
        whom = PUBLIC if one.name in BEFORE else SIGNED_IN
        one.callback = open_to(whom, writes=whom)(one.callback)
    return patterns


own: list[URLPattern | URLResolver] = [
    path("", pages.overview, name="account"),
    path("tokens/", pages.tokens, name="tokens"),
    path("tokens/new/", pages.make_token, name="token_new"),
    path("tokens/<int:key>/revoke/", pages.revoke_token, name="token_revoke"),
]
# Below /account/, in the language of the address.
urlpatterns: list[URLPattern | URLResolver] = [
    *changing(account.urlpatterns),
    path("factors/", (changing(mfa.urlpatterns), None, None)),
    path("connections/", (changing(social.urlpatterns), None, None)),
    *changing(
        [path("sessions/", pages.noted(sessions.list_usersessions), name="usersessions_list")]
    ),
    path("at/<slug:provider_id>/", pages.to_provider, name="openid_connect_login"),
]
callback = path(
    "account/at/<slug:provider_id>/back/", pages.from_provider, name="openid_connect_callback"
)
