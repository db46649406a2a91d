"""Every setting, read from the environment by typed readers that refuse nonsense.

The table in docs/operate/settings.md lists each variable; a test keeps the two alike.
"""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from xietong.portal import environment as env

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent
IN_CHECKOUT = (ROOT / "regions").is_dir()

XIETONG_HOME = env.folder("XIETONG_HOME", ROOT / "var" if IN_CHECKOUT else Path("var"))
XIETONG_DATA = env.folder("XIETONG_DATA", ROOT.parent / "shared" / "data")
XIETONG_REGIONS = env.folder(
    "XIETONG_REGIONS", ROOT / "regions" if IN_CHECKOUT else PACKAGE / "portal" / "regions"
)
XIETONG_REGION = env.text("XIETONG_REGION", "yrd")
XIETONG_ADDRESS = env.text("XIETONG_ADDRESS", "http://127.0.0.1:8000")
XIETONG_MEMORY_MB = env.whole("XIETONG_MEMORY_MB", 1000, low=200, high=1_000_000)
XIETONG_THREADS = env.whole("XIETONG_THREADS", 2, low=1, high=256)
XIETONG_WORKERS = env.whole("XIETONG_WORKERS", 1, low=0, high=64)
XIETONG_LEASE_SECONDS = env.whole("XIETONG_LEASE_SECONDS", 60, low=2, high=3600)
XIETONG_ANSWERS_MB = env.whole("XIETONG_ANSWERS_MB", 64, low=0, high=100_000)
XIETONG_UPLOAD_MB = env.whole("XIETONG_UPLOAD_MB", 200, low=1, high=100_000)


SECRET_KEY = env.secret("XIETONG_SECRET_KEY", XIETONG_HOME)
DEBUG = env.flag("XIETONG_DEBUG", False)
ALLOWED_HOSTS = env.names("XIETONG_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    "xietong.kit",
    "xietong.region",
    "xietong.desk",
    "xietong.agreements",
    "xietong.atlas",
    "xietong.portal",
    "xietong.portal.sign_in",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "ninja",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "xietong.portal.observing.ObservingMiddleware",
    "xietong.portal.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xietong.portal.kept_answers.KeptAnswersMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "xietong.portal.times.RegionTimesMiddleware",
    "xietong.portal.api_requests.ApiRequestMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "xietong.portal.bodies.BodiesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "xietong.portal.sign_in.sessions.SessionLimitsMiddleware",
    "xietong.portal.sign_in.sessions.ApiSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "xietong.portal.sign_in.afterwards.AfterwardsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xietong.portal.characters.CharactersMiddleware",
    "xietong.kit.doors.RefusalMiddleware",
]

ROOT_URLCONF = "xietong.portal.urls"
WSGI_APPLICATION = "xietong.portal.wsgi.application"
AUTH_USER_MODEL = "region.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "xietong.portal.frame.frame",
            ],
        },
    }
]
COTTON_SNAKE_CASED_NAMES = False
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "kit/table.html"

DATABASES = {"default": env.database("XIETONG_DATABASE_URL", XIETONG_HOME)}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = XIETONG_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

IDENTITY_PROVIDERS = env.identity_providers("XIETONG_OIDC")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        # A browser asks the policy about the address that a form is led on to as well.
        "form-action": [SELF, *sorted({one.origin for one in IDENTITY_PROVIDERS})],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Files of forms are read by ours; bodies without a file are small, forms have few fields.
FILE_UPLOAD_HANDLERS = ["xietong.portal.uploads.Incoming"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

XIETONG_METRICS_TOKEN = env.text("XIETONG_METRICS_TOKEN", "")
# Behind a proxy that speaks TLS: cookies only over TLS, and who asks is told by the proxy.
TLS = env.flag("XIETONG_TLS", not env.LOOPBACK.issuperset(ALLOWED_HOSTS))
PROXIES = env.whole("XIETONG_PROXIES", 0, low=0, high=9)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-sessionid" if TLS else "sessionid"
CSRF_FAILURE_VIEW = "xietong.portal.sign_in.answers.form_expired"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS and PROXIES else None
SECURE_HSTS_SECONDS = 86400 * env.whole("XIETONG_HSTS_DAYS", 0, low=0, high=3650) if TLS else 0
SESSION_COOKIE_AGE = 3600 * env.whole("XIETONG_SESSION_HOURS", 12, low=1, high=720)
SESSION_IDLE_SECONDS = 60 * env.whole("XIETONG_SESSION_IDLE_MINUTES", 60, low=5, high=43_200)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"

# Throttles count here, for all processes of the node together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:home"
AUTHENTICATION_BACKENDS = ["xietong.portal.sign_in.backends.PersonBackend"]
PASSWORD_RESET_TIMEOUT = 3600
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "name"), "max_similarity": 0.6},
    },
    {"NAME": "xietong.portal.sign_in.passwords.NotOneself"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": env.whole("XIETONG_PASSWORD_LENGTH", 12, low=8, high=64)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "xietong.portal.sign_in.passwords.NotRepeated"},
]

ACCOUNT_ADAPTER = "xietong.portal.sign_in.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code and no link: it works only in the session that asked for it.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/5m/key",
    "reauthenticate": "10/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
MFA_ADAPTER = "xietong.portal.sign_in.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Xietong"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "xietong.portal.sign_in.providers.Providers"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [one.as_app() for one in IDENTITY_PROVIDERS],
    }
}

EMAIL_HOST = env.text("XIETONG_MAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = XIETONG_HOME / "mail"
EMAIL_PORT = env.whole("XIETONG_MAIL_PORT", 587, low=1, high=65_535)
EMAIL_HOST_USER = env.text("XIETONG_MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("XIETONG_MAIL_PASSWORD", "")
EMAIL_SECURITY = env.one_of("XIETONG_MAIL_SECURITY", "starttls", ("starttls", "tls", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("XIETONG_MAIL_FROM", "xietong@localhost")

LOG_LEVEL = env.one_of(
    "XIETONG_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "numbered": {"()": "xietong.portal.observing.NumberedRequests"},
        "brief": {"()": "xietong.portal.observing.BriefOfOthersFaults"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_number)s] %(message)s"},
        "json": {"()": "xietong.portal.observing.JsonLines"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.one_of("XIETONG_LOG_FORMAT", "line", ("line", "json")),
            "filters": ["numbered", "brief"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # The pool warns of every attempt; that none succeeded is told by who wanted a connection.
        "psycopg.pool": {"level": "ERROR"},
        # A refusal is an answer and no fault; faults of ours are errors.
        "django.request": {"level": "ERROR"},
    },
}
