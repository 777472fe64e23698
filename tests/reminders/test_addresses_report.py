"""HR's list of addresses that do not work."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from lms.people.groups import ensure_groups
from lms.people.models import OfficeAccess, Person
from reminders.models import Bounce
from tests.cast import TODAY, Cast, make_office, make_person
from tests.reminders.test_returning import BRUNO, DAY, noon, of, returned, sent, take
from tests.reminders.test_sending import MORNING, run

__all__ = ["noon", "sent"]
LIST = "/admin/addresses/"


@pytest.fixture
def hr(sent: Cast) -> Client:
    groups = ensure_groups()
    assert sent.dora.user is not None
    sent.dora.user.groups.add(groups["HR"])
    OfficeAccess.objects.create(user=sent.dora.user, office=sent.headquarters)
    client = Client()
    client.force_login(sent.dora.user)
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(client: Client) -> list[dict[str, str]]:
    content = b"".join(client.get(f"{LIST}?export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(content)))


def test_a_dead_address_is_listed_with_what_hr_needs(sent: Cast, hr: Client) -> None:
    assert BRUNO not in shown(hr)
    take(returned(sent.bruno))
    page = shown(hr)
    for word in ("Bruno Late", "P00002", "Wca-Sn", BRUNO, "24 November 2026", "There is no mailbox of this name.",
                 "came back", "/admin/compliance/person/P00002/"):  # fmt: skip
        assert word in page
    (row,) = rows(hr)
    assert row | {"since": ""} == {
        "number": "P00002", "name": "Bruno Late", "office": "WCA-SN", "address": BRUNO, "since": "", "kind": "bounce",
        "status": "5.1.1", "waiting": "1",
        "answer": f"550 5.1.1 <{BRUNO}>: Recipient address rejected: nobody here by that name",
    }  # fmt: skip
    assert "One person does not get our messages" in hr.get("/admin/").content.decode()


def test_a_complaint_is_listed_and_a_bounce_comes_first(sent: Cast, hr: Client) -> None:
    take(returned(sent.bruno, "complaint"))
    assert "Somebody marked our message as spam." in shown(hr)
    assert [row["kind"] for row in rows(hr)] == ["complaint"]
    take(returned(sent.bruno))
    assert [row["kind"] for row in rows(hr)] == ["bounce"]


def test_another_address_or_a_departure_takes_it_off_the_list(sent: Cast, hr: Client) -> None:
    take(returned(sent.bruno))
    Person.objects.filter(pk=sent.bruno.pk).update(left_on=TODAY)
    assert rows(hr) == []
    Person.objects.filter(pk=sent.bruno.pk).update(left_on=None, email="bruno@example.org")
    assert rows(hr) == []
    Person.objects.filter(pk=sent.bruno.pk).update(email=BRUNO.upper())
    assert len(rows(hr)) == 1


def test_the_button_says_that_it_works_again(sent: Cast, hr: Client) -> None:
    take(returned(sent.bruno))
    assert 'action="/admin/addresses/P00002/works/"' in shown(hr)
    answer = hr.post("/admin/addresses/P00002/works/", follow=True)
    assert "what waited goes with the next message" in answer.content.decode()
    assert rows(hr) == []
    assert run(MORNING + DAY) == 1
    assert ModelLogEntry.objects.get(action="lms.person.address_works").user == sent.dora.user
    again = hr.post("/admin/addresses/P00002/works/", follow=True)
    assert "Nothing is known against this address." in again.content.decode()
    assert hr.get("/admin/addresses/P00002/works/").status_code == 405


def test_the_button_carries_a_token_against_forgery(sent: Cast, hr: Client) -> None:
    take(returned(sent.bruno))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = hr.cookies
    assert strict.post("/admin/addresses/P00002/works/").status_code == 403
    token = shown(strict).split('works/"><input type="hidden" name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post("/admin/addresses/P00002/works/", {"csrfmiddlewaretoken": token}).status_code == 302
    assert not Bounce.objects.is_dead(BRUNO)


def test_only_the_viewers_offices_and_only_hr(sent: Cast, hr: Client) -> None:
    take(returned(sent.bruno))
    OfficeAccess.objects.update(office=sent.elsewhere)
    assert rows(hr) == []
    assert hr.post("/admin/addresses/P00002/works/").status_code == 404
    assert "do not get our messages" not in hr.get("/admin/").content.decode()
    OfficeAccess.objects.all().delete()
    assert hr.get(LIST).status_code in (302, 403)
    head = Client()
    groups = ensure_groups()
    assert sent.chen.user is not None
    sent.chen.user.groups.add(groups["Heads of office"])
    sent.country.headships.create(person=sent.chen, starts_on=TODAY)
    head.force_login(sent.chen.user)
    assert head.get(LIST).status_code == 302
    assert "does not get our messages" not in head.get("/admin/").content.decode()
    assert head.post("/admin/addresses/P00002/works/").status_code == 302
    assert Bounce.objects.is_dead(BRUNO)


def test_nothing_in_the_export_is_a_formula(sent: Cast, hr: Client) -> None:
    Person.objects.filter(pk=sent.bruno.pk).update(name="=1+1")
    take(returned(sent.bruno, change=("smtp; 550 5.1.1", "smtp; =HYPERLINK(0) 550 5.1.1")))
    (row,) = rows(hr)
    assert row["name"] == "'=1+1"
    assert row["answer"].startswith("'=HYPERLINK")


def test_a_search_finds_by_name_and_number(sent: Cast, hr: Client) -> None:
    take(returned(sent.bruno))
    assert BRUNO in shown(hr, "?q=Bruno")
    assert BRUNO in shown(hr, "?q=P00002")
    assert BRUNO not in shown(hr, "?q=Amina")


def test_the_list_costs_no_more_for_more_people(sent: Cast, hr: Client, django_assert_max_num_queries: Any) -> None:
    take(returned(sent.bruno))
    shown(hr)
    office = make_office("WCA-ML", sent.region)
    for number in range(30):
        person = make_person(f"Q{number:05}", office)
        message = person.messages.create(  # type: ignore[attr-defined]
            day=TODAY, message_id=f"<{number}@x>", not_before=MORNING, state="failed", address=person.email
        )
        Bounce.objects.create(kind="bounce", address=person.email, does_fit=True, message=message, permanent=True,
                              status="5.1.1", at=MORNING, day=TODAY)  # fmt: skip
    with django_assert_max_num_queries(24):
        page = shown(hr)
    assert "Q00029" in page
    assert of(sent.bruno).state == "failed"
