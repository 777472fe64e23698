"""Who may set an address and see the list of posts, and that an address is never shown again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lms.people.groups import HEADS, HR, ensure_groups
from lms.people.models import OfficeAccess
from reminders.channels.models import ChannelAddress, Post
from reminders.models import Message
from tests.cast import TODAY, Cast, make_person

SECRET = "https://hooks.slack.com/services/T0000001/B0000001/abcdefghijklmnopWXYZ"
PAGES = "/admin/channel_addresses/"


@pytest.fixture
def hr(cast: Cast) -> Client:
    """Dora, of the country office."""
    cast.dora.user.groups.add(ensure_groups()[HR])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.country, starts_on=TODAY - timedelta(days=400))
    client = Client()
    client.force_login(cast.dora.user)
    return client


def given(**changes: str) -> dict[str, str]:
    return {"number": "P00003", "channel": "slack", "url": SECRET, "is_active": "on", **changes}


def test_an_address_is_set_and_never_shown_again(hr: Client, cast: Cast) -> None:
    assert hr.post(f"{PAGES}new/", given()).status_code == 302
    address = ChannelAddress.objects.get()
    assert (address.person, address.url) == (cast.chen, SECRET)
    for page in ("", f"edit/{address.pk}/", f"delete/{address.pk}/", f"history/{address.pk}/", f"usage/{address.pk}/"):
        answer = hr.get(f"{PAGES}{page}", follow=True)
        assert answer.status_code == 200
        assert "mnopWXYZ" not in answer.text
        assert "T0000001" not in answer.text
    assert "hooks.slack.com …WXYZ" in hr.get(PAGES).text
    assert "hooks.slack.com …WXYZ" in hr.get(f"{PAGES}edit/{address.pk}/").text


def test_a_refused_form_does_not_show_it_either(hr: Client) -> None:
    answer = hr.post(f"{PAGES}new/", given(number="nobody"))
    assert answer.status_code == 200
    assert "Nobody in your offices has that number." in answer.text
    assert "WXYZ" not in answer.text


def test_left_empty_it_stays_and_a_new_one_puts_it_into_use_again(hr: Client, cast: Cast) -> None:
    address = ChannelAddress.objects.create(
        person=cast.chen,
        channel="slack",
        url=SECRET,
        is_active=False,
        off_because="404 no_service",
        off_at=timezone.now(),
    )
    edit = f"{PAGES}edit/{address.pk}/"
    assert "404 no_service" in hr.get(PAGES).text
    hr.post(edit, {"url": ""})
    address.refresh_from_db()
    assert (address.url, address.is_active, address.off_because) == (SECRET, False, "404 no_service")
    hr.post(edit, {"url": f"{SECRET}2", "is_active": "on", "number": "P00002", "channel": "teams", "person": "1"})
    address.refresh_from_db()
    assert (address.url, address.is_active, address.off_because, address.off_at) == (f"{SECRET}2", True, "", None)
    assert (address.person, address.channel) == (cast.chen, "slack")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "https://evil.example/services/T/B/x"}, "https addresses of these hosts only"),
        ({"url": "http://hooks.slack.com/services/T/B/x"}, "https addresses of these hosts only"),
        ({"url": "https://hooks.slack.com/"}, "An incoming webhook of Slack looks like"),
        ({"channel": "teams"}, "Copy the whole address of the workflow"),
        ({"channel": "pigeon"}, "Select a valid choice"),
        ({"url": ""}, "This field is required"),
    ],
)
def test_an_address_of_another_kind_is_refused(hr: Client, changes: dict[str, str], said: str) -> None:
    assert said in hr.post(f"{PAGES}new/", given(**changes)).text
    assert not ChannelAddress.objects.exists()


def test_one_address_a_channel(hr: Client) -> None:
    hr.post(f"{PAGES}new/", given())
    assert "This person has an address in that channel already." in hr.post(f"{PAGES}new/", given()).text
    assert ChannelAddress.objects.count() == 1


def test_people_of_other_offices_are_out_of_reach_on_every_page(hr: Client, cast: Cast) -> None:
    assert "Nobody in your offices has that number." in hr.post(f"{PAGES}new/", given(number="P00005")).text
    address = ChannelAddress.objects.create(person=cast.eve, channel="slack", url=SECRET)
    assert "Eve" not in hr.get(PAGES).text
    for page in ("edit", "delete", "history", "usage"):
        assert hr.get(f"{PAGES}{page}/{address.pk}/").status_code == 404
    assert hr.post(f"{PAGES}edit/{address.pk}/", {"url": f"{SECRET}2"}).status_code == 404
    assert hr.post(f"{PAGES}delete/{address.pk}/").status_code == 404
    assert ChannelAddress.objects.get().url == SECRET
    for page in ("copy", "inspect"):
        assert hr.get(f"{PAGES}{page}/{address.pk}/").status_code == 404


def test_a_head_sees_the_posts_and_sets_no_address(cast: Cast) -> None:
    cast.chen.user.groups.add(ensure_groups()[HEADS])
    OfficeAccess.objects.create(user=cast.chen.user, office=cast.country)
    client = Client()
    client.force_login(cast.chen.user)
    posted(cast, 1)
    assert client.get("/admin/messages/channels/").status_code == 200
    assert client.post(f"{PAGES}new/", given()).status_code == 302
    assert not ChannelAddress.objects.filter(person=cast.chen).exists()


def posted(cast: Cast, count: int) -> None:
    for number in range(count):
        person = make_person(f"S{number}", cast.country)
        message = Message.objects.create(
            recipient=person, day=TODAY, state="sent", message_id=f"<{number}>", not_before=timezone.now()
        )
        ChannelAddress.objects.create(person=person, channel="slack", url=SECRET)
        Post.objects.create(
            message=message, channel="slack", state="failed", because="gone", detail="404 no_service",
            written_at=timezone.now(), not_before=timezone.now(),
        )  # fmt: skip


def test_the_list_says_why_and_names_only_people_of_the_viewers_offices(hr: Client, cast: Cast) -> None:
    posted(cast, 1)
    elsewhere = Message.objects.create(
        recipient=cast.eve, day=TODAY, state="sent", message_id="<eve>", not_before=timezone.now()
    )
    Post.objects.create(
        message=elsewhere, channel="gone-channel", written_at=timezone.now(), not_before=timezone.now()
    )
    text = hr.get("/admin/messages/channels/").text
    assert "there is no such address any more; it was switched off: 404 no_service" in text
    assert "Eve" not in text
    rows = b"".join(hr.get("/admin/messages/channels/?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert rows.splitlines()[0].startswith("\ufeffnumber,name,day,channel,state")
    assert "S0" in rows
    assert "Eve" not in rows
    assert "WXYZ" not in rows


def test_queries_of_the_lists_do_not_grow(hr: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    posted(cast, 20)
    for page in (PAGES, "/admin/messages/channels/"):
        hr.get(page)
        with django_assert_max_num_queries(40):
            hr.get(page)
