"""What courses in a browser speak with, run by Node against the live store: @xapi/xapi and tincanjs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lms.lrs.models import Credential

BROWSER = Path(__file__).resolve().parents[2] / "browser"

pytestmark = pytest.mark.django_db(transaction=True)


def run(script: str, *given: str) -> Any:
    """What the script prints. It fails where the client meets an answer that it does not expect."""
    done = subprocess.run(
        ["node", f"clients/{script}", *given], cwd=BROWSER, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def access() -> tuple[str, str]:
    credential, secret = Credential.issue(name="A course", scopes=["all"])
    return credential.key, secret


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("adapter", ["axios", "fetch"])
def test_xapi_does_all_its_work(live_server: Any, access: tuple[str, str], version: str, adapter: str) -> None:
    found = run("xapi.js", f"{live_server.url}/xapi/", *access, version, adapter)
    not_found, failed = (404, 412) if adapter == "axios" else (None, None)
    assert version in found.pop("about")
    assert found == {
        "statement": "https://example.org/began",
        "page": True,
        "more": True,
        "voided": [True, not_found],
        "activity": {"en": "Fire"},
        "person": "Person",
        "state": {"page": 1, "mark": "é"},
        "states": ["bookmark"],
        "replaced": {"page": 2},
        "gone": not_found,
        "ActivityProfile": [{"b": 2}, ["likes"], failed],
        "AgentProfile": [{"b": 2}, ["likes"], failed],
    }


def test_tincanjs_does_all_its_work(live_server: Any, access: tuple[str, str]) -> None:
    found = run("tincan.js", f"{live_server.url}/xapi/1.0.3/", *access)
    assert "1.0.3" in found.pop("about")
    assert found == {
        "statement": "https://example.org/began",
        "page": True,
        "more": True,
        "verb": True,
        "state": {"page": 1, "mark": 2},
        "states": "bookmark",
        "gone": None,
        "ActivityProfile": {"b": 2},
        "AgentProfile": {"c": 3},
    }
