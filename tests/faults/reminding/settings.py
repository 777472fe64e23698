"""The settings of the processes under test: those of the tests, with a mail server that is given up after four seconds."""

from lms.site.settings.test import *  # noqa: F403

EMAIL_TIMEOUT = 4
