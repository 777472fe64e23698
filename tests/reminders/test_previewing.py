"""How the messages read: examples for whoever edits ladders, about nobody, sent to nobody but themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import ModelLogEntry

from lms.people.groups import ensure_groups
from lms.people.link_models import SignInLink
from lms.people.models import LANGUAGES, Invitation, Person
from reminders.examples import AUDIENCES, example
from reminders.models import Ladder, Message, Reminder
from tests.cast import Cast
from tests.reminders.test_messages import MORNING, links, part, received

WAYS = [(audience, language) for audience, _a in AUDIENCES for language, _l in LANGUAGES]


@pytest.fixture
def hr(due: Cast, client: Client) -> Client:
    """Dora, who maintains ladders."""
    due.dora.user.groups.add(ensure_groups()["HR"])  # type: ignore[union-attr]
    Person.objects.filter(pk=due.dora.pk).update(email="dora@example.org")
    client.force_login(due.dora.user)  # type: ignore[arg-type]
    return client


def page() -> str:
    return f"/admin/reminder_ladders/messages/{Ladder.objects.get().pk}/"


def traces() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (SignInLink, Invitation, Message, Reminder))


@pytest.mark.parametrize(("audience", "language"), WAYS)
def test_every_audience_in_every_language(hr: Client, audience: str, language: str) -> None:
    before = traces()
    answer = hr.get(page(), {"audience": audience, "language": language})
    text = answer.content.decode()
    direction = "rtl" if language == "ar" else "ltr"
    assert answer.context["written"].subject in text
    assert f'<pre class="lms-letter-text" lang="{language}" dir="{direction}"' in text
    assert f"&lt;html lang=&quot;{language}&quot; dir=&quot;{direction}&quot;&gt;" in text
    assert 'sandbox=""' in text
    assert "default-src &#x27;none&#x27;" in text
    assert traces() == before


def test_nobodys_data_is_in_it(hr: Client) -> None:
    for audience, language in WAYS:
        written = example(audience=audience, language=language, now=MORNING)
        for said in (written.subject, written.text, written.html):
            for word in ("Bruno", "Amina", "Chen", "Dora", "P00001", "P00002", "@example"):
                assert word not in said
        assert written.subject.startswith("[")


def test_its_links_lead_nowhere(hr: Client) -> None:
    written = example(audience="person", language="en", now=MORNING)
    for link in links(written.text):
        assert "/example/" in link or "/help/" in link
    assert Client().get("/link/example/").status_code == 410
    assert Client().get("/invitation/example/").status_code == 410


def test_the_way_there_is_on_the_ladders_page(hr: Client) -> None:
    edit = f"/admin/reminder_ladders/edit/{Ladder.objects.get().pk}/"
    assert f'href="{page()}"' in hr.get(edit).content.decode()


def test_what_is_asked_for_and_not_known_shows_the_first(hr: Client) -> None:
    answer = hr.get(page(), {"audience": "<script>", "language": "../xx"})
    assert answer.status_code == 200
    assert "<script>&" not in answer.content.decode()
    assert answer.context["language"] == "en"


def test_one_goes_to_oneself_marked_and_logged(hr: Client, due: Cast, mailbox: Any) -> None:
    answer = hr.post(f"{page()}?audience=supervisor&language=fr", {"to": "somebody@example.org"}, follow=True)
    assert "dora@example.org" in answer.content.decode()
    (message,) = received(mailbox)
    assert (str(message["to"]), message["content-language"]) == ("dora@example.org", "fr")
    assert str(message["subject"]).startswith("[")
    assert "B. Exemple" in part(message, "plain")
    entry = ModelLogEntry.objects.get(action="lms.ladder.send_example")
    assert (entry.user, entry.data) == (due.dora.user, {"audience": "supervisor", "language": "fr"})
    assert not Message.objects.exists()


def test_an_account_without_an_address_is_told(hr: Client, due: Cast, mailbox: Any) -> None:
    Person.objects.filter(pk=due.dora.pk).update(email="")
    assert "Send this to me" not in hr.get(page()).content.decode()
    assert "Your account has no e-mail address." in hr.post(page(), follow=True).content.decode()
    assert received(mailbox) == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_change_ladders_sees_and_sends_nothing(due: Cast, mailbox: Any, method: str) -> None:
    due.chen.user.groups.add(ensure_groups()["Heads of office"])  # type: ignore[union-attr]
    client = Client()
    client.force_login(due.chen.user)  # type: ignore[arg-type]
    assert getattr(client, method)(page()).headers["Location"] == "/admin/"
    assert received(mailbox) == []


def test_another_site_cannot_have_it_sent(due: Cast, mailbox: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root", "root@example.org"))
    assert client.post(page()).status_code == 403
    assert received(mailbox) == []
