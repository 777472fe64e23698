"""The demo: a fictitious organisation on this machine only. Unsafe elsewhere, so it answers to local names only."""

import base64
import hashlib

from lms.site.settings.base import *  # noqa: F403
from lms.site.settings.base import VAR, os
from lms.site.settings.environment import email_settings

VAR.mkdir(parents=True, exist_ok=True)
DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY", "demo-only-not-secret-demo-only-not-secret-demo-only")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
globals().update(email_settings(os.environ.get("EMAIL_URL", "smtp://localhost:8025")))
LMS_ORGANISATION_NAME = os.environ.get("LMS_ORGANISATION_NAME", "Meridian Relief Agency")
LMS_GATED_PATHS = {"/onboarding/": "onboarding"}
WAGTAIL_SITE_NAME = LMS_ORGANISATION_NAME
LMS_DEMO = True
LMS_OPERATORS = os.environ.get("LMS_OPERATORS", "operators@example.org").split(",")
LMS_LOG_KEY = base64.b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()
LMS_SEND_FROM_HOUR, LMS_SEND_UNTIL_HOUR, LMS_WORKING_DAYS_ONLY = 0, 24, False
