"""Production: everything that matters comes from the environment, and an unsafe value stops the start by name."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from lms.site.settings.base import *  # noqa: F403
from lms.site.settings.base import SITE_URL, os
from lms.site.settings.environment import email_settings


def _needed(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; see docs/operating.md.")
    return value


DEBUG = False
SECRET_KEY = _needed("SECRET_KEY")
if (
    len(SECRET_KEY) < 50
    or len(set(SECRET_KEY)) < 10
    or "demo" in SECRET_KEY
    or SECRET_KEY.startswith("django-insecure")
):
    raise ImproperlyConfigured("SECRET_KEY is too short, too regular or the demo's; use 50 random characters or more.")
ALLOWED_HOSTS = [host.strip() for host in _needed("ALLOWED_HOSTS").split(",") if host.strip()]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; * would let anybody forge links in e-mails.")
if LMS_PROOF_ORIGIN:
    ALLOWED_HOSTS.append(urlsplit(LMS_PROOF_ORIGIN).hostname or "")
if not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("SITE_URL must begin with https://.")
if not _needed("DATABASE_URL").startswith(("postgres://", "postgresql://")):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
_needed("REDIS_URL")
_needed("LMS_IRI_BASE")
try:
    globals().update(email_settings(_needed("EMAIL_URL")))
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error

LMS_TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", 0))
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = int(os.environ.get("LMS_HSTS_SECONDS", 60 * 60 * 24 * 365))
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail shows previews in frames of the same origin
