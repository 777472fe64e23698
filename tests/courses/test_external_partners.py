"""Somebody of a partner, without an account: from the invitation to the proof that covers the agreement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from courses.models import Proof
from courses.players.external.deciding import CannotDecide, accept
from lms.partners.coverage import coverage
from lms.partners.models import AgreementMember
from lms.people.models import Person
from lms.requirements.assigning import refresh
from lms.requirements.models import AcceptedActivity, Activity
from tests.cast import Cast, as_
from tests.courses.external import certificate, give_rights, hand, make_external
from tests.courses.lti import OUR_KEY, key_host, launch, make_tool, post_score, score, token_of
from tests.lms.partners.desk import Desk
from tests.lms.partners.test_visitors import invited

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast, settings: Any, tmp_path: Any) -> Desk:
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    give_rights(cast)
    return Desk(cast)


@pytest.fixture
def page(desk: Desk) -> Any:
    page = make_external()
    AcceptedActivity.objects.create(requirement=desk.requirement, activity=page.activity, valid_months=24)
    refresh(today=timezone.localdate())
    return page


def covered(desk: Desk) -> tuple[int, int, int]:
    found = coverage([desk.agreement.pk], today=timezone.localdate())[desk.agreement.pk]
    return found.verified, found.declared, found.missing


def test_from_the_invitation_to_the_proof_that_covers_the_agreement(desk: Desk, page: Any) -> None:
    person, link = invited(desk)
    client = Client()
    client.post(link)
    shown = client.get("/partner/").content.decode()
    assert page.url in shown
    course = client.get(page.url).content.decode()
    assert str(person.assignments.get(ended_on=None).registration) in course  # the reference in the provider's link
    assert f"/learning/proof/new/{page.pk}/file/" in course
    assert "/accounts/login/" not in course.split("<main")[1]
    on = timezone.localdate() - timedelta(days=3)
    upload = SimpleUploadedFile("c.pdf", certificate(person, on))
    answer = client.post(f"/learning/proof/new/{page.pk}/file/", {"upload": upload, "on": on.isoformat()})
    proof = Proof.objects.get()
    assert answer.headers["Location"] == f"/learning/proof/{proof.key}/"
    assert (proof.person, covered(desk)) == (person, (0, 0, 1))
    assert "being checked" in client.get(f"/learning/proof/{proof.key}/").content.decode()
    assert "being checked" in client.get("/partner/").content.decode()
    accept(proof=proof, by=desk.cast.dora, ticked=True, seen=proof.evidence())
    assert covered(desk) == (1, 0, 0)
    assert "Received on" in client.get("/partner/").content.decode()


def test_a_provider_that_reports_by_lti_covers_the_agreement_without_an_account(
    desk: Desk, page: Any, settings: Any
) -> None:
    person, link = invited(desk)
    client = Client()
    client.post(link)
    with key_host() as host:
        settings.LMS_LTI_KEYS, settings.LMS_LTI_STAND_IN = OUR_KEY, host.origin
        settings.LMS_IMPLAUSIBLE_PERCENT = 0
        tool = make_tool(page, host.origin)
        assert "which reports your result" in client.get("/partner/").content.decode()
        assert "Start the course at" in client.get(page.url).content.decode()
        assert launch(client, page, tool)["sub"] == str(person.uuid)
        assert post_score(tool, token_of(tool), score(person.uuid, timezone.now())).status_code == 204
        spent = client.get("/learning/tool/authorize/")
    assert covered(desk) == (1, 0, 0)
    assert spent.status_code == 400
    assert 'href="/partner/"' in spent.content.decode()


def test_nobody_else_sees_it_and_whoever_has_left_signs_in(desk: Desk, page: Any) -> None:
    person, link = invited(desk)
    proof = hand(page, person)
    _, other_link = invited(desk, "Ben Paper <ben@partner.example>")
    other, client = Client(), Client()
    other.post(other_link)
    client.post(link)
    assert client.get(f"/learning/proof/{proof.key}/").status_code == 200
    assert other.get(f"/learning/proof/{proof.key}/").status_code == 404
    assert other.post(f"/learning/proof/{proof.key}/", {"withdraw": "1"}).status_code == 404
    client.post("/partner/leave/")
    assert client.get(f"/learning/proof/{proof.key}/").headers["Location"].startswith("/accounts/login/")
    assert client.get("/learning/").headers["Location"].startswith("/accounts/login/")
    proof.refresh_from_db()
    assert proof.state == "waiting"


def test_the_word_of_the_person_covers_nobody_and_is_told_apart(desk: Desk, page: Any) -> None:
    person, link = invited(desk)
    client = Client()
    client.post(link)
    on = timezone.localdate() - timedelta(days=3)
    client.post(f"/learning/proof/new/{page.pk}/declaration/", {"on": on.isoformat(), "ticked": "on"})
    proof = Proof.objects.get()
    assert (proof.person, proof.declared_by) == (person, person)
    accept(proof=proof, by=desk.cast.dora, ticked=True, seen=proof.evidence())
    assert covered(desk) == (0, 1, 0)
    assert "Declared only" in client.get("/partner/").content.decode()


def declare(desk: Desk, who: Person, **changes: Any) -> str:
    """On the focal point's page."""
    members = list(AgreementMember.objects.order_by("pk").values_list("pk", flat=True))
    values = {
        "course": Activity.objects.get(kind="external").pk, "on": timezone.localdate() - timedelta(days=3),
        "people": members, "sure": "on", **changes,
    }  # fmt: skip
    answer = as_(who).post(f"/partners/{desk.agreement.pk}/declare/", values, follow=True)
    return str(answer.content.decode())


def test_the_word_of_a_focal_point_is_kept_as_declared(desk: Desk, page: Any) -> None:
    ada, ben = (member.person for member in desk.name("Ada", "Ben"))
    roster = as_(desk.focal).get(f"/partners/{desk.agreement.pk}/").content.decode()
    assert f"/partners/{desk.agreement.pk}/declare/" in roster
    assert "2 people are declared" in declare(desk, desk.focal)
    proof, other = Proof.objects.order_by("pk")
    assert {proof.person, other.person} == {ada, ben}
    assert (proof.declared_by, proof.handed_in_by, proof.way) == (desk.focal, desk.focal, "declaration")
    assert covered(desk) == (0, 0, 2)  # nobody has looked at it yet
    shown = as_(desk.cast.dora).get(f"/admin/proofs/{proof.key}/").content.decode()
    assert "Fatou Focal" in shown
    accept(proof=proof, by=desk.cast.dora, ticked=True, seen=proof.evidence())
    assert covered(desk) == (0, 1, 1)
    with pytest.raises(CannotDecide, match="own"):
        accept(proof=other, by=desk.focal, ticked=True, seen=other.evidence())
    assert "Ben: A proof is being checked already." in declare(
        desk, desk.focal, people=[AgreementMember.objects.get(person=ben).pk]
    )
    assert Proof.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sure": ""}, "Tick the box to declare it."),
        ({"people": []}, "Choose at least one person."),
        ({"on": ""}, "Give the day on which they completed it."),
        ({"people": [999999]}, "Select a valid choice."),
        ({"course": 999999}, "Select a valid choice."),
        ({"on": "2999-01-01"}, "The date cannot be in the future."),
    ],
)
def test_what_cannot_be_declared_is_said_and_nothing_is_kept(
    desk: Desk, page: Any, changes: dict[str, Any], said: str
) -> None:
    desk.name("Ada")
    assert said in declare(desk, desk.focal, **changes)
    assert not Proof.objects.exists()


def test_nobody_declares_for_people_of_others_nor_over_their_own_proof(desk: Desk, page: Any) -> None:
    (ada,) = desk.name("Ada")
    path = f"/partners/{desk.agreement.pk}/declare/"
    assert as_(desk.cast.bruno).post(path, {"sure": "on"}).status_code == 404
    root = Client()
    root.force_login(User.objects.create_superuser("root"))  # nobody's record, so nobody's word
    assert path not in root.get(f"/partners/{desk.agreement.pk}/").content.decode()
    assert root.get(path).status_code == 404
    hand(page, ada.person, way="code", code="A-1", upload=None)
    said = declare(desk, desk.focal)
    assert "A proof is being checked already." in said
    assert Proof.objects.get().way == "code"


def test_where_no_declaration_is_taken_none_is_offered(desk: Desk, page: Any) -> None:
    desk.name("Ada")
    page.ways = [way for way in page.ways.all() if way.way != "declaration"]
    page.save_revision().publish()
    path = f"/partners/{desk.agreement.pk}/"
    assert "/declare/" not in as_(desk.focal).get(path).content.decode()
    assert (
        "No course under this agreement takes declarations." in as_(desk.focal).get(f"{path}declare/").content.decode()
    )
    assert not Proof.objects.exists()
