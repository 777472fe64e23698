"""A course elsewhere, there and back: what its provider says with libraries of others ends on the learner's page.

The pages themselves are looked at in ``test_external`` and ``test_external_returns``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import django_rq
import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, expect
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from lms.lrs.models import Credential, Statement
from lms.people.models import Person
from lms.requirements.models import Activity, Claim, Completion
from tests.cast import Cast, make_requirement
from tests.courses.badge_issuer import COURSE, ISSUER
from tests.courses.external import give_rights, make_external
from tests.journeys.browser import Visitor
from tests.journeys.provider_elsewhere import Provider, Report, by_node, by_tincan, provider
from tests.journeys.test_auditor import sign_in

__all__ = ["provider"]
pytestmark = pytest.mark.django_db(transaction=True)


class Journey:
    """The course is asked of everybody, and leads to the provider; Dora decides on proof of it."""

    def __init__(self, browser: Browser, site: str, provider: Provider, **fields: Any) -> None:
        self.browser, self.site, self.provider = browser, site, provider
        self.cast, self.page = Cast(), make_external(address=provider.link, **fields)
        give_rights(self.cast)
        make_requirement("bsafe", self.page.activity, valid_months=24)
        self.cast.assign(timezone.localdate())

    def visitor(self, person: Person, path: str) -> Visitor:
        visitor = Visitor(self.browser, self.site, width=1280)
        visitor.speak("en")
        sign_in(visitor, person.number, path)
        return visitor

    def take(self, learner: Visitor, button: str, *, email: str = "") -> None:
        """At the provider's, from the link on the page of the course to what the provider says at the end."""
        learner.open(self.page.url)
        learner.press("Go to Other Agency (English)")
        learner.fill(email=email)
        learner.press(button)
        expect(learner.page.locator("#said")).to_have_text(button.lower())

    def hand_in(self, learner: Visitor, way: str, fill: Callable[[Visitor], None]) -> None:
        learner.open(self.page.url)
        learner.press(f"Hand in {way}")
        learner.fill(on=timezone.localdate().isoformat())
        fill(learner)
        queue = django_rq.get_queue("default")
        queue.empty()
        learner.press("Hand in")
        assert learner.sees("Your proof is being checked.")
        SimpleWorker([queue], connection=queue.connection, serializer=JSONSerializer).work(burst=True)

    def accept(self, found: dict[Person, tuple[str, ...]]) -> None:
        """Dora reads of each person's proof what the site found, and accepts it."""
        dora = self.visitor(self.cast.dora, "/admin/proofs/")
        for person, checks in found.items():
            dora.open("/admin/proofs/")
            dora.press(person.name)
            for check in (*checks, "The date is not in the future"):
                expect(dora.page.locator("tr", has_text=check)).to_contain_text("passed")
            dora.page.check("[name=sure]")
            dora.press("Accept")
            assert dora.sees("The decision is recorded.")
        dora.close()


def is_done(learner: Visitor) -> bool:
    learner.open("/learning/")
    return learner.sees("Nothing is open.")


def test_a_provider_reports_with_tincan_and_with_xapi(
    browser: Browser, live_server: Any, settings: Any, provider: Provider
) -> None:
    settings.LMS_SITE_URL = live_server.url
    journey = Journey(browser, live_server.url, provider)
    part = Activity.objects.get(part_of=journey.page.activity)
    part.word, part.known_as = Activity.Word.TRUSTED, COURSE
    part.full_clean()
    part.save()

    def allowed(library: Callable[[str, str, str], Report], *, is_trusted: bool = True) -> Report:
        credential, secret = Credential.issue(name="A provider", scopes=["statements/write", "claim"])
        if is_trusted:
            part.trusted.add(credential)
        return library(live_server.url, credential.key, secret)

    stranger, named = allowed(by_tincan, is_trusted=False), allowed(by_tincan)
    bruno = journey.visitor(journey.cast.bruno, journey.page.url)
    for report, button in ((named, "Failed"), (stranger, "Completed")):
        provider.report = report
        journey.take(bruno, button)
        assert not is_done(bruno)
    assert Statement.objects.filter(credential__isnull=False).count() == 2, "both were taken down"
    assert not Completion.objects.exists()

    chen = journey.visitor(journey.cast.chen, journey.page.url)
    for learner, report, button in ((bruno, named, "Passed"), (chen, allowed(by_node), "Completed")):
        provider.report = report
        journey.take(learner, button)
        assert is_done(learner)
        learner.close()
    done = Completion.objects.filter(activity=journey.page.activity).order_by("sequence")
    assert [(one.person, one.source) for one in done] == [
        (journey.cast.bruno, "reported"), (journey.cast.chen, "reported"),
    ]  # fmt: skip
    assert not Claim.objects.filter(is_believed=True).exclude(doubts=[]).exists()
    assert not any(name in met for met in provider.came_with for name in ("Referer", "Cookie"))
    call_command("verify_ledger")


def test_a_badge_of_openbadgeslib_is_found_good_and_accepted(
    browser: Browser, live_server: Any, settings: Any, tmp_path: Path, provider: Provider
) -> None:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    journey = Journey(
        browser, live_server.url, provider, ways=("badge",), badge_achievements=COURSE,
        badge_issuers=f"{ISSUER} {provider.badges.thumbprint}",
    )  # fmt: skip
    bruno = journey.visitor(journey.cast.bruno, journey.page.url)
    journey.take(bruno, "Passed", email="p00002@example.org")
    with bruno.page.expect_download() as download:
        bruno.page.get_by_role("link", name="Your badge").click()
    download.value.save_as(tmp_path / "badge.png")
    journey.hand_in(
        bruno, "an Open Badge", lambda learner: learner.page.set_input_files("[name=upload]", tmp_path / "badge.png")
    )
    checks = (
        "The badge comes from its issuer", "The issuer is one that counts", "The badge is one that counts",
        "The badge was given to the person", "The date is that of the badge", "The badge still holds",
        "The file was not handed in before",
    )  # fmt: skip
    journey.accept({journey.cast.bruno: checks})
    assert is_done(bruno)
    bruno.close()


def test_a_providers_list_is_tried_and_then_imported(
    browser: Browser, live_server: Any, tmp_path: Path, provider: Provider
) -> None:
    journey = Journey(browser, live_server.url, provider)
    bruno = journey.visitor(journey.cast.bruno, journey.page.url)
    journey.take(bruno, "Completed")
    (tmp_path / "list.csv").write_text(provider.listed())
    dora = journey.visitor(journey.cast.dora, "/admin/proofs/import/")
    dora.page.select_option("[name=course]", str(journey.page.activity.pk))
    dora.page.set_input_files("[name=file]", tmp_path / "list.csv")
    dora.press("Try it")
    assert dora.sees("Nothing is imported yet.")
    assert not is_done(bruno)
    dora.press("Import 1 line")
    assert dora.sees("This became of the list:")
    dora.close()
    assert is_done(bruno)
    bruno.close()


def test_a_code_counts_once_it_is_accepted_and_a_declaration_asks_for_proof(
    browser: Browser, live_server: Any, provider: Provider
) -> None:
    journey = Journey(browser, live_server.url, provider, ways=("code", "declaration"))
    bruno, chen = (journey.visitor(who, journey.page.url) for who in (journey.cast.bruno, journey.cast.chen))
    journey.hand_in(bruno, "a code or a link of the provider", lambda learner: learner.fill(code="AB-17"))
    journey.hand_in(chen, "a declaration", lambda learner: learner.page.check("[name=ticked]"))
    journey.accept({journey.cast.bruno: ("The code or link was not handed in before",), journey.cast.chen: ()})
    assert is_done(bruno)
    assert not is_done(chen)
    assert chen.sees("It is declared: hand in your proof")
    chen.press("Continue")
    assert chen.sees("The declaration that you have taken it is on record.")
    for learner in (bruno, chen):
        learner.close()
