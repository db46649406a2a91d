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
XIETONG_MEMORY_MB = env.whole("XIETONG_MEMORY_MB", 1000, low=200, high=1_000_000)
XIETONG_THREADS = env.whole("XIETONG_THREADS", 2, low=1, high=256)
XIETONG_WORKERS = env.whole("XIETONG_WORKERS", 1, low=0, high=64)
XIETONG_LEASE_SECONDS = env.whole("XIETONG_LEASE_SECONDS", 60, low=2, high=3600)
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
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "xietong.portal.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "xietong.portal.api_requests.ApiRequestMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True

XIETONG_METRICS_TOKEN = env.text("XIETONG_METRICS_TOKEN", "")
LOG_LEVEL = env.one_of(
    "XIETONG_LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"numbered": {"()": "xietong.portal.observing.NumberedRequests"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_number)s] %(message)s"},
        "json": {"()": "xietong.portal.observing.JsonLines"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.one_of("XIETONG_LOG_FORMAT", "line", ("line", "json")),
            "filters": ["numbered"],
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
