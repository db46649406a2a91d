"""A real OpenID Connect provider on loopback: django-oauth-toolkit in a process of its own.

    python provider.py PORT FOLDER FACTS

FACTS is JSON: `client`, `secret`, `back` (the address to come back to), and `people`: what is told
of each by name. Everybody's password is `PASSWORD`. Its database lies in FOLDER.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

PASSWORD = "at-the-provider-only"  # noqa: S105
FORM = "<form method=post>{% csrf_token %}{{ form }}<button>Sign in</button></form>"


def settle(port: int, folder: Path, facts: dict[str, Any]) -> None:
    """Configure Django, lay the tables, and enter the client and the people."""
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    settings.configure(
        SECRET_KEY="of the provider",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "provider.sqlite3",
                "OPTIONS": {"timeout": 20},
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.locmem.Loader",
                            {"registration/login.html": FORM},
                        ),
                        "django.template.loaders.app_directories.Loader",
                    ]
                },
            }
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        LOGIN_URL="/enter/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGGING={
            "version": 1,
            "handlers": {"stderr": {"class": "logging.StreamHandler"}},
            "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR"}},
        },
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}",
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who", "profile": "name", "email": "address"},
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Telling",
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
        },
    )
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application  # type: ignore[import-untyped]
    from oauth2_provider.oauth2_validators import OAuth2Validator  # type: ignore[import-untyped]

    class Telling(OAuth2Validator):
        """Tells of each person what the facts say."""

        oidc_claim_scope = None

        def get_additional_claims(self, request: Any) -> dict[str, Any]:
            """Return a person's claims."""
            return dict(facts["people"][request.user.username])

    globals()["Telling"] = Telling
    call_command("migrate", verbosity=0)
    for name in facts["people"]:
        User.objects.create_user(name, password=PASSWORD)
    Application.objects.create(
        name="the node",
        client_id=facts["client"],
        client_secret=facts["secret"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        algorithm=Application.RS256_ALGORITHM,
        redirect_uris=facts["back"],
        skip_authorization=True,
    )
    from django.contrib.auth.views import LoginView
    from django.urls import include, path

    globals()["urlpatterns"] = [
        path("enter/", LoginView.as_view()),
        path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
    ]


class Server(ThreadingMixIn, WSGIServer):
    """Answers the node while a browser waits."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until somebody ends it; the first line on stdout says that it serves."""
    port, folder, facts = int(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    sys.modules[__name__ if __name__ != "__main__" else "provider"] = sys.modules[__name__]
    settle(port, folder, facts)
    from django.core.wsgi import get_wsgi_application

    with make_server(
        "127.0.0.1", port, get_wsgi_application(), server_class=Server, handler_class=Quiet
    ) as server:
        sys.stdout.write("serving\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
