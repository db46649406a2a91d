"""Sign-in at an identity provider: only for people who are known here by the same address."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest


class Providers(DefaultSocialAccountAdapter):
    """What this house wants otherwise of identity providers."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Say no: an account at a provider alone lets nobody in."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Tell whether the provider says, in so many words, that it has verified the address."""
        return any(
            claims.get("email_verified") is True
            and str(claims.get("email", "")).casefold() == email.casefold()
            for claims in _claims(login)
        )

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse an answer that does not hold together; note a second factor that was asserted."""
        token = sociallogin.account.extra_data.get("id_token")
        subjects = {str(claims.get("sub")) for claims in _claims(sociallogin)}
        if not isinstance(token, dict) or len(subjects) != 1:
            raise ImmediateHttpResponse(render_authentication_error(request, sociallogin.provider))
        person = sociallogin.user
        if sociallogin.is_existing and person is not None and _asserts(sociallogin, token):
            # Read where the session begins, in second_factor.py.
            request.second_factor_asserted_for = person.pk  # type: ignore[attr-defined]  # ours

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Return the user as it is: nothing of a provider's is written over what we know."""
        return sociallogin.user

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[Any]:
        """Return the providers of the settings; the database names none."""
        from allauth.socialaccount.adapter import _build_apps_from_settings

        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]


class SignedTokens(OpenIDConnectOAuth2Adapter):
    """Believes an ID token only with its provider's signature, wherever it came from."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        told: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return told


def _claims(login: SocialLogin) -> list[dict[str, Any]]:
    told = login.account.extra_data
    return [told[part] for part in ("id_token", "userinfo") if isinstance(told.get(part), dict)]


def _asserts(login: SocialLogin, token: dict[str, Any]) -> bool:
    """Tell whether the signed token says what the settings take for a second factor."""
    wanted = set(login.provider.app.settings.get("second_factor", []))
    methods = token.get("amr")
    said = {str(one) for one in methods} if isinstance(methods, list) else set()
    return bool(wanted & (said | {str(token.get("acr", ""))}))


def offered() -> list[tuple[str, str]]:
    """Return key and name of every provider that people may sign in at."""
    return [(one.key, one.name) for one in settings.IDENTITY_PROVIDERS]
