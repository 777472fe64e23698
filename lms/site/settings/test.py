"""The test run: a database, a Redis and an SMTP server of its own, told by the environment."""

from lms.site.settings.base import *  # noqa: F403
from lms.site.settings.base import DATABASES, VAR, os
from lms.site.settings.environment import email_settings

VAR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "test-only-test-only-test-only-test-only-test-only-0"
DEBUG = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
globals().update(email_settings(os.environ.get("EMAIL_URL", "smtp://localhost:8025")))
LMS_ORGANISATION_NAME = "Meridian Relief Agency"
LMS_GATED_PATHS = {"/onboarding/": "onboarding"}
LMS_DEMO = True
LMS_SEND_FROM_HOUR, LMS_SEND_UNTIL_HOUR, LMS_WORKING_DAYS_ONLY = 0, 24, False

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because threads that share an in-memory database do not wait for each other's locks.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
