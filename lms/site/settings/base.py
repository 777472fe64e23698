"""Settings that every way of running the site shares; what differs comes from the environment."""

from __future__ import annotations

import os as os
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from lms.site.settings.environment import is_on

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("SAFEGUARD_VAR", ROOT / "var"))

INSTALLED_APPS = [
    "lms",
    "courses",
    "attestations",
    "reminders",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "django_rq",
    "ninja",
    "allauth",
    "allauth.account",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "courses.middleware.FileOriginMiddleware",
    "lms.lrs.middleware.RecordStoreMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lms.site.headers.SecurityHeadersMiddleware",
    "lms.people.middleware.PersonMiddleware",
    "lms.gate.middleware.GateMiddleware",
]

ROOT_URLCONF = "lms.site.urls"
WSGI_APPLICATION = "lms.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.context.organisation",
            ]
        },
    }
]

# Behind a pooler that gives a connection to one transaction at a time, nothing may outlive its transaction: no cursor on
# the server, and no plan either unless the pooler is one that carries it through.
_pooled = is_on("DATABASE_POOLED", os.environ.get("DATABASE_POOLED", ""))
LMS_LOG_KEY = os.environ.get("LMS_LOG_KEY", "")
LMS_XAPI_PREPARED = is_on("LMS_XAPI_PREPARED", os.environ.get("LMS_XAPI_PREPARED", "0" if _pooled else "1"))
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'safeguard.sqlite3'}",
        conn_max_age=60,
        disable_server_side_cursors=_pooled,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers wait for each other instead of failing; a transaction that writes takes the lock at its beginning.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }

# One queue: a worker that serves two can lose a job between them (docs/decisions/0003). Short timeouts: a Redis that
# hangs must not hold up a learner.
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
_with_timeouts = "&" if "?" in REDIS_URL else "?"
RQ_QUEUES = {
    "default": {
        "URL": f"{REDIS_URL}{_with_timeouts}socket_timeout=0.5&socket_connect_timeout=0.5",
        "DEFAULT_TIMEOUT": 600,
        "SERIALIZER": "rq.serializers.JSONSerializer",
    }
}
RQ = {"COMMIT_MODE": "auto"}
RQ_SHOW_ADMIN_LINK = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["lms.site.accounts.PersonBackend"]
ACCOUNT_ADAPTER = "lms.site.accounts.PersonAccounts"
ACCOUNT_FORMS = {
    "reset_password": "lms.site.account_forms.ResetPasswordForm",
    "request_login_code": "lms.site.account_forms.RequestLoginCodeForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/learning/"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["lms.site.formats"]
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("ar", _("Arabic")),
    ("ru", _("Russian")),
    ("zh-hans", _("Chinese")),
]
LOCALE_PATHS = [ROOT / "lms" / "locale"]  # one catalogue for all four packages
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
LMS_PROOF_ROOT = os.environ.get("LMS_PROOF_ROOT", str(VAR / "proofs"))
LMS_PROOF_ORIGIN = os.environ.get("LMS_PROOF_ORIGIN", "")
LMS_SCANNER = os.environ.get("LMS_SCANNER", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")
LMS_SITE_URL = SITE_URL
LMS_ORGANISATION_NAME = os.environ.get("LMS_ORGANISATION_NAME", "Safeguard")
LMS_IRI_BASE = os.environ.get("LMS_IRI_BASE", "https://learn.example.org/xapi")
WAGTAIL_SITE_NAME = LMS_ORGANISATION_NAME
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = False  # allauth's pages count the tries
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False  # HR's feed owns the addresses

DEFAULT_FROM_EMAIL = os.environ.get("LMS_FROM_EMAIL", "Learning <learning@example.org>")
if "LMS_OPERATORS" in os.environ:
    LMS_OPERATORS = [item.strip() for item in os.environ["LMS_OPERATORS"].split(",") if item.strip()]
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "lms.site.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        name: {"level": "WARNING"} for name in ("rq.worker", "django.server", "django_tasks", "wagtail", "mail.log")
    },
}
