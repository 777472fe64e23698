"""What the environment says of the database reaches Django."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHOW = """
from lms.site.settings import base
print(base.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"], base.LMS_XAPI_PREPARED)
"""


def settings_with(**environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "DATABASE_URL": "postgres://pooler/safeguard", **environment}
    return subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, env=given, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("environment", "told"),
    [({}, "False True"), ({"DATABASE_POOLED": "0"}, "False True"), ({"LMS_XAPI_PREPARED": "0"}, "False False"),
     ({"DATABASE_POOLED": "1"}, "True False"), ({"DATABASE_POOLED": "1", "LMS_XAPI_PREPARED": "1"}, "True True")],
)  # fmt: skip
def test_behind_a_pooler_nothing_outlives_its_transaction_unless_told(environment: dict[str, str], told: str) -> None:
    assert settings_with(**environment).stdout.strip() == told


def test_a_word_that_might_mean_either_stops_the_start_by_name() -> None:
    answer = settings_with(DATABASE_POOLED="false")
    assert answer.returncode == 1
    assert "DATABASE_POOLED must be 1 or 0" in answer.stderr
