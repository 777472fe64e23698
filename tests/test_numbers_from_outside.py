"""Numbers that somebody types into addresses and forms, longer than a database or an ``int`` can take."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import CHECK, SCENE, Cast
from tests.test_who_may_see import world

__all__ = ["world"]
LENGTHS = (20, 400, 5000)  # beyond 64 bits, beyond a column, beyond what int() reads


@pytest.mark.parametrize("number", ["9" * length for length in LENGTHS], ids=map(str, LENGTHS))
def test_no_address_breaks_over_a_long_number(world: dict[str, Any], cast: Cast, number: str) -> None:
    owner, hr = Client(), Client()
    owner.force_login(world["users"]["owner"])
    hr.force_login(world["users"]["hr"])
    session, registration = world["session"], world["registration"]
    for path in (f"check/{session}/{number}/", f"sign/{registration}/{number}/", f"signed/{registration}/{number}/"):
        assert owner.get(f"/learning/{path}").status_code == 404
    assert owner.post(f"/learning/course/{number}/start/").status_code == 404
    assert hr.get(f"/admin/compliance/claims/{number}/").status_code == 404
    for path in ("compliance/people/", "compliance/claims/", "messages/", "requirements/"):
        assert hr.get(f"/admin/{path}?p={number}").status_code == 200


@pytest.mark.parametrize("number", ["9" * length for length in LENGTHS], ids=map(str, LENGTHS))
def test_no_form_breaks_over_a_long_number(world: dict[str, Any], cast: Cast, number: str) -> None:
    owner = Client()
    owner.force_login(world["users"]["owner"])
    assert owner.post(f"/learning/check/{world['session']}/", {"attempt": number}).status_code == 302
    for form in (
        {"block": CHECK, "option": number},
        {"block": SCENE, "step": "0", "option": number},
        {"block": SCENE, "step": number, "option": "0"},
    ):
        assert owner.post("/sea/lesson-1/", form).status_code in (302, 422)
