"""A course taken elsewhere, for the learner: its page, what can be handed in, and where it stands."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.models import Locale

from courses.conf import conf
from courses.models import ExternalPage, Proof, ProofFile
from courses.players.external.handing_in import CannotHandIn, withdraw
from courses.players.external.kinds import rule_of
from lms.people.models import Person
from lms.requirements.models import Activity
from tests.cast import PASSWORD, Cast, as_, body, make_requirement
from tests.courses.external import DONE_ON, NOW, hand, make_external, pdf, picture, standing_clock

__all__ = ["standing_clock"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    page: ExternalPage = make_external()
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


def kept_files() -> list[Path]:
    return [path for path in Path(conf.PROOF_ROOT).rglob("*") if path.is_file()]


def refused(page: ExternalPage, person: Person, content: bytes | None = None, **more: Any) -> str:
    with pytest.raises(CannotHandIn) as cannot:
        hand(page, person, content, **more)
    assert not kept_files()
    return cannot.value.reason


def test_publishing_the_page_makes_the_activity_and_its_part(page: ExternalPage) -> None:
    activity = page.activity
    assert activity is not None
    assert (activity.iri.rsplit("/xapi", 1)[1], activity.kind, activity.move_on) == (
        "/external/bsafe",
        "external",
        "Parts",
    )
    part = Activity.objects.get(part_of=activity)
    assert (part.iri, part.kind, part.move_on, part.minutes) == (f"{activity.iri}/proof", "proof", "Completed", 60)


def test_the_page_leads_to_the_provider_without_telling_who_comes(page: ExternalPage, cast: Cast) -> None:
    shown = body(Client().get(page.url))
    assert shown.count('rel="noopener noreferrer" referrerpolicy="no-referrer"') == 2
    assert "https://learn.example.org/course?ref=&quot;" not in shown
    assert 'href="https://learn.example.org/course?ref="' in shown
    registration = cast.assignment(cast.bruno, "bsafe").registration
    shown = body(as_(cast.bruno).get(page.url))
    assert f'href="https://learn.example.org/course?ref={registration}"' in shown
    assert str(cast.bruno.uuid) not in shown


def test_my_learning_says_what_is_to_be_done_next(page: ExternalPage, cast: Cast) -> None:
    bruno = as_(cast.bruno)
    shown = body(bruno.get("/learning/"))
    assert page.url in shown
    assert "<p>Take the course at Other Agency, then hand in your proof</p>" in shown
    proof = hand(page, cast.bruno)
    shown = body(bruno.get("/learning/"))
    assert "Next: Your proof is being checked" in shown
    assert f"/learning/proof/{proof.key}/" in shown


def post(client: Client, page: ExternalPage, way: str = "file", **values: Any) -> Any:
    return client.post(f"/learning/proof/new/{page.pk}/{way}/", {"on": str(DONE_ON), **values}, follow=True)


def uploaded(content: bytes, name: str = "mine.pdf", said: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, said)


def test_a_certificate_is_handed_in_and_kept_where_nobody_looks(page: ExternalPage, cast: Cast) -> None:
    bruno = as_(cast.bruno)
    shown = body(post(bruno, page, upload=uploaded(pdf("Bruno Late"), "../../../../etc/Bruno Late.pdf")))
    assert "Your proof is being checked." in shown
    assert "This takes up to 7 days." in shown
    (file,) = ProofFile.objects.all()
    (path,) = kept_files()
    assert path.read_bytes() == pdf("Bruno Late")
    assert path == Path(conf.PROOF_ROOT) / file.stored_as
    assert "Bruno" not in str(path)
    assert path.stat().st_mode & 0o077 == 0
    assert (file.content_type, file.pages, file.scan) == ("application/pdf", 1, "none")


def test_handing_in_twice_is_once(page: ExternalPage, cast: Cast) -> None:
    bruno = as_(cast.bruno)
    for _ in range(2):
        assert "Your proof is being checked." in body(post(bruno, page, upload=uploaded(pdf())))
    assert Proof.objects.count() == 1
    with pytest.raises(CannotHandIn, match="waiting"):
        hand(page, cast.bruno)
    assert len(kept_files()) == 1


def test_a_picture_is_kept_without_what_the_camera_wrote(page: ExternalPage, cast: Cast) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "SECRET-PLACE", 6
    taken = picture("JPEG", exif=exif, comment=b"SECRET-COMMENT") + b"PK\x03\x04SECRET-TAIL"
    hand(page, cast.bruno, taken)
    (path,) = kept_files()
    assert b"SECRET" not in path.read_bytes()
    kept = Image.open(io.BytesIO(path.read_bytes()))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (40, 60), {})
    (file,) = ProofFile.objects.all()
    assert file.sha256 != file.kept_sha256


def test_a_large_picture_is_made_smaller(page: ExternalPage, cast: Cast) -> None:
    hand(page, cast.bruno, picture("PNG", (4000, 2000)))
    with Image.open(kept_files()[0]) as kept:
        assert kept.size == (3000, 1500)


@pytest.mark.parametrize(
    ("values", "way", "said"),
    [
        ({"on": "2026-11-26"}, "file", "The date cannot be in the future."),
        ({"on": "1999-01-01"}, "file", "The date is too long ago."),
        ({"on": ""}, "file", "This field is required."),
        ({"upload": ""}, "file", "Error:"),
        ({}, "code", "Give the code or the link, or both."),
        ({"link": "http://verify.example.org/1"}, "code", "Give the whole link"),
        ({"link": "javascript:alert(1)"}, "code", "Give the whole link"),
        ({"link": "https://verify.example.org@evil.example/1"}, "code", "Give the whole link"),
        ({"link": "https://127.0.0.1/1"}, "code", "Give the whole link"),
        ({"link": "https://verify.example.org:8443/1"}, "code", "Give the whole link"),
        ({}, "declaration", "Tick the box to declare it."),
    ],
)
def test_what_cannot_be_handed_in_is_said_beside_the_field(
    page: ExternalPage, cast: Cast, values: dict[str, str], way: str, said: str
) -> None:
    given = {"upload": uploaded(pdf())} if way == "file" else {}
    answer = post(as_(cast.bruno), page, way, **{**given, **values})
    assert answer.status_code == 422
    assert said in body(answer)
    assert not Proof.objects.exists()


def test_a_code_a_link_and_a_declaration(page: ExternalPage, cast: Cast) -> None:
    bruno = as_(cast.bruno)
    shown = body(post(bruno, page, "code", code="<b>AB-12</b>", link="https://verify.example.org/c/AB-12"))
    assert "&lt;b&gt;AB-12" in shown
    assert 'href="https://verify.example.org' not in shown
    withdraw(proof=Proof.objects.get(), by=cast.bruno)
    assert "Your proof is being checked." in body(post(bruno, page, "declaration", ticked="on"))
    declared = Proof.objects.get(way="declaration")
    assert (declared.declared_by, declared.handed_in_by) == (cast.bruno, cast.bruno)


def test_a_way_that_the_page_does_not_open_is_not_there(cast: Cast, settings: Any) -> None:
    page = make_external("closed", ways=("code",))
    bruno = as_(cast.bruno)
    for way in ("file", "declaration", "badge", "xapi"):
        assert bruno.get(f"/learning/proof/new/{page.pk}/{way}/").status_code == 404
    assert refused(page, cast.bruno) == "closed"
    open_page = make_external("open", ways=("file",))
    settings.LMS_PROOF_ROOT = ""
    assert bruno.get(f"/learning/proof/new/{open_page.pk}/file/").status_code == 404
    assert "cannot be handed in here" in body(bruno.get(open_page.url))


def test_a_page_that_is_not_published_takes_nothing(page: ExternalPage, cast: Cast) -> None:
    page.unpublish()
    assert as_(cast.bruno).get(f"/learning/proof/new/{page.pk}/file/").status_code == 404
    assert refused(page, cast.bruno) == "closed"


def test_what_is_withdrawn_is_thrown_away_and_another_can_come(
    page: ExternalPage, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    proof = hand(page, cast.bruno)
    with django_capture_on_commit_callbacks(execute=True):
        shown = body(as_(cast.bruno).post(f"/learning/proof/{proof.key}/", {"withdraw": "1"}, follow=True))
    assert "You have withdrawn this proof." in shown
    assert not kept_files()
    assert "Hand in a certificate as a file" in shown
    hand(page, cast.bruno)
    assert Proof.objects.count() == 2


def test_nobody_sees_or_withdraws_the_proof_of_somebody_else(page: ExternalPage, cast: Cast) -> None:
    proof = hand(page, cast.bruno)
    for person in (cast.chen, cast.eve):
        client = as_(person)
        assert client.get(f"/learning/proof/{proof.key}/").status_code == 404
        assert client.post(f"/learning/proof/{proof.key}/", {"withdraw": "1"}).status_code == 404
    proof.refresh_from_db()
    assert proof.state == "waiting"


def test_a_session_that_a_link_began_may_hand_in(page: ExternalPage, cast: Cast) -> None:
    client = as_(cast.bruno)
    session = client.session
    session["signed_in_by"] = "link"
    session.save()
    assert client.get(page.url).status_code == 200
    assert "Your proof is being checked." in body(post(client, page, upload=uploaded(pdf())))


def test_handing_in_asks_for_the_token_of_the_form(page: ExternalPage, cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.login(username="P00002", password=PASSWORD)
    assert post(client, page, upload=uploaded(pdf())).status_code == 403
    assert not Proof.objects.exists()


def test_a_body_that_is_too_large_is_refused_unread(page: ExternalPage, cast: Cast) -> None:
    """A hundred megabytes are declared, and none of them comes: whoever reads them would wait."""
    client = as_(cast.bruno)
    answer = client.generic(
        "POST", f"/learning/proof/new/{page.pk}/file/", b"", "multipart/form-data; boundary=x",
        CONTENT_LENGTH="104857600",
    )  # fmt: skip
    assert answer.status_code == 413
    assert "larger than 5 MB" in body(answer)


def test_nobody_fills_the_disk(page: ExternalPage, cast: Cast) -> None:
    for number in range(10):
        withdraw(proof=hand(page, cast.bruno, pdf(str(number))), by=cast.bruno)
    with pytest.raises(CannotHandIn, match="too_often"):
        hand(page, cast.bruno)
    hand(page, cast.bruno, now=NOW + timedelta(days=2))


def test_the_page_of_the_course_asks_no_more_for_more_proofs(
    page: ExternalPage, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        withdraw(proof=hand(page, cast.bruno, pdf(str(number))), by=cast.bruno)
    proof = hand(page, cast.bruno)
    bruno = as_(cast.bruno)
    for path, most in ((page.url, 22), (f"/learning/proof/{proof.key}/", 16)):
        with django_assert_max_num_queries(most):
            assert bruno.get(path).status_code == 200


def test_editions_share_one_activity_and_the_english_one_rules(page: ExternalPage, cast: Cast) -> None:
    french = page.copy_for_translation(Locale.objects.create(language_code="fr"), copy_parents=True)
    french.title, french.provider, french.service_days = "Cours", "Autre Agence", 60
    french.save_revision().publish()
    french.refresh_from_db()
    assert french.activity == page.activity
    assert french.links.count() == 2
    rule = rule_of(page.activity)  # type: ignore[arg-type]
    assert rule is not None
    assert (rule.pk, rule.service_days) == (page.pk, 7)
    bruno = as_(cast.bruno)
    bruno.cookies["django_language"] = "fr"
    assert french.url in body(bruno.get("/learning/"))


def form_of(**changes: str) -> dict[str, str]:
    values = {
        "title": "New", "slug": "new", "course_key": "new", "provider": "Other Agency", "summary": "S", "minutes": "5",
        "proof_text": "P", "service_days": "7", "accepted_versions": "", "link_hosts": "", "reviewers": "",
        "links-TOTAL_FORMS": "1", "links-INITIAL_FORMS": "0", "links-0-language": "en",
        "links-0-address": "https://learn.example.org/", "links-0-ORDER": "1", "mastery": "80",
        "ways-TOTAL_FORMS": "1", "ways-INITIAL_FORMS": "0", "ways-0-way": "file", "ways-0-ORDER": "1",
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "action-publish": "1",
    }  # fmt: skip
    return {**values, **changes}


def test_an_author_makes_the_page_in_the_admin(page: ExternalPage) -> None:
    user = User.objects.create_user("author")
    user.groups.add(Group.objects.get(name="Course authors"))
    author = Client()
    author.force_login(user)
    path = f"/admin/pages/add/lms_courses/externalpage/{page.get_parent().pk}/"
    assert author.get(path).status_code == 200
    second = {"ways-TOTAL_FORMS": "2", "ways-1-ORDER": "2"}
    for changes, said in (
        ({"link_hosts": "127.0.0.1\nhttps://x.example"}, "No name of a host"),
        ({"links-0-address": "http://learn.example.org/"}, "begins with https"),
        ({"links-0-address": "javascript:alert(1)"}, "begins with https"),
        ({"badge_issuers": "issuer.example.org"}, "No issuer of badges: issuer.example.org."),
        ({"badge_issuers": "https://issuer.example.org/1 not-a-key"}, "1 not-a-key."),
        ({"badge_issuers": "did:web:issuer.example.org http://issuer.example.org/key"}, "No issuer of badges"),
        ({"course_key": "bsafe"}, "Another training has this key"),
        ({**second, "ways-1-way": "pigeon"}, "valid choice"),
        ({**second, "ways-1-way": "file"}, "duplicate"),
        ({"ways-TOTAL_FORMS": "0"}, "at least 1"),
    ):
        assert said in body(author.post(path, form_of(**changes), follow=True)), changes
    assert not ExternalPage.objects.filter(course_key="new").exists()
    group = Group.objects.create(name="Reviewers")
    shown = body(
        author.post(path, form_of(**second, **{"ways-1-way": "code", "reviewers": str(group.pk)}), follow=True)
    )
    assert "The group that is to check the proof may not do so yet." in shown
    made = ExternalPage.objects.get(course_key="new")
    assert (made.live, [item.way for item in made.ways.all()]) == (True, ["file", "code"])
    assert made.activity is not None
