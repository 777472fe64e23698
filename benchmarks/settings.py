"""The demo with two bare pages beside it, so that ratios are measured on one server in one run."""

from lms.site.settings.base import TEMPLATES
from lms.site.settings.demo import *  # noqa: F403
from lms.site.settings.demo import ROOT

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"] = [ROOT / "benchmarks" / "templates"]
