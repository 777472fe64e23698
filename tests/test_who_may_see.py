"""Every address of ours with every kind of visitor. A new address without a line here fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.core import signing
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from attestations.models import AttestationText, Undertaking
from attestations.signing import sign
from courses import checking
from courses.enrolling import enrol
from courses.models import Certificate, CoursePage, Proof
from courses.players.external import handing_out
from lms.compliance.models import ReportSubscription
from lms.compliance.subscribing import subscribe
from lms.compliance.unsubscribing import link_of
from lms.log.checkpoints import make_checkpoint
from lms.lrs import vocabulary as v
from lms.lrs.models import Statement
from lms.lrs.recording import record
from lms.lrs.statements import Said
from lms.partners.models import AgreementMember, PartnerInvitation, RegistrationLink
from lms.people.groups import ensure_groups
from lms.people.inviting import invite
from lms.people.linking import make_link
from lms.people.models import Invitation, OfficeAccess
from lms.requirements.models import Claim, Completion, WaiverRequest
from reminders.laying import lay_standard_ladder
from tests.addresses import EXPECTED, HOME, NO, NONE, NOT_OURS, OK, OURS_IN_ADMIN, POSTED, ROLES, SIGN_IN
from tests.attestations.test_signing import NOW
from tests.cast import TODAY, Cast, make_course, make_requirement
from tests.courses.classroom import make_session, make_training, seat
from tests.courses.external import hand, make_external
from tests.courses.lti import OUR_KEY, make_tool
from tests.courses.test_checking import answer, finish_lessons
from tests.lms.partners.desk import keys_of, lay_desk


def addresses() -> Iterator[str]:
    """Every pattern of ours, with its parameters by name."""

    def walk(resolver: Any, prefix: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            path = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, path)
            elif isinstance(entry, URLPattern):
                yield path

    for path in walk(get_resolver(), ""):
        plain = path.replace("<uuid:", "<").replace("<int:", "<").replace("<str:", "<").replace("<slug:", "<")
        ours = plain.startswith(OURS_IN_ADMIN) if plain.startswith("admin/") else not plain.startswith(NOT_OURS)
        if ours and "(?P" not in plain and not plain.startswith("^"):
            yield plain


def test_every_address_has_a_line() -> None:
    viewsets = {path for path in EXPECTED if path.startswith("admin/")} - {
        path for path in EXPECTED if path.startswith(OURS_IN_ADMIN)
    }
    assert set(addresses()) == set(EXPECTED) - viewsets


@pytest.fixture
def world(cast: Cast, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Bruno owns everything; the others have their roles."""
    page = make_course("sea", interactive=True)
    make_requirement("sea", page.activity, gate="onboarding")
    cast.assign()
    enrolment = enrol(person=cast.bruno, page=page)
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    answer(attempt)
    checking.submit(attempt=attempt)
    text = AttestationText.objects.get()
    sign(person=cast.bruno, text=text, registration=enrolment.registration, ticked={0, 1}, method="password",
         shown_at=NOW, reauthenticated_at=NOW)  # fmt: skip
    groups = ensure_groups()
    cast.dora.user.groups.add(groups["HR"])  # type: ignore[union-attr]
    cast.chen.user.groups.add(groups["Heads of office"])  # type: ignore[union-attr]
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)
    author = User.objects.create_user("author")
    author.groups.add(Group.objects.get(name="Course authors"))
    session = make_session(make_training(), cast.country, cast.chen)
    seat(session, cast.bruno)
    report = subscribe(
        recipient=cast.chen.user, office=cast.country, every="week", for_outside=False, by=cast.chen.user
    )
    checkpoint = make_checkpoint(now=NOW)
    assert checkpoint is not None
    settings.LMS_PROOF_ROOT = str(tmp_path / "proofs")
    external = make_external()
    settings.LMS_LTI_KEYS = OUR_KEY
    tool = make_tool(external, "https://provider.example.org")
    proof = hand(external, cast.bruno)
    partner = lay_desk(cast)
    return {
        **keys_of(partner),
        "external": external.pk, "way": "file", "proof": proof.key, "file": proof.files.get().key,
        "line_item": tool.line_item, "ticket": signing.dumps(str(proof.files.get().key), salt=handing_out.SALT),
        "stop": link_of(report).rstrip("/").rsplit("/", 1)[1],
        "classroom": session.key,
        "users": {"other": cast.eve.user, "owner": cast.bruno.user, "head": cast.chen.user, "hr": cast.dora.user,
                  "author": author},
        "secret": make_link(person=cast.bruno, leads_to="/learning/").address.rstrip("/").rsplit("/", 1)[1],
        "ladder": lay_standard_ladder(requirements=[], starts_on=TODAY).pk,
        "token": invite(person=cast.amina).rstrip("/").rsplit("/", 1)[1],
        "registration": enrolment.registration, "session": enrolment.session, "page_id": page.pk,
        "number": "P00002", "attempt": 1,
        "code": Certificate.objects.get().code,
        "pk": doubted(cast, page).pk,
        "size": checkpoint.size,
        "asked": WaiverRequest.objects.create(
            assignment=cast.assignment(cast.bruno, "sea"), reason="security", requested_by=cast.chen
        ).pk, "assignment": cast.assignment(cast.bruno, "sea").pk,
        "activity": text.attestation.activity.pk, "person": "P00002",
    }  # fmt: skip


def doubted(cast: Cast, page: CoursePage) -> Claim:
    """Another system says that Bruno passed."""
    assert page.activity is not None
    said = Said(actor=cast.bruno.uuid, verb=v.PASSED, activity=page.activity.iri, registration=uuid4(), session=uuid4(),
                at=NOW)  # fmt: skip
    return Claim.objects.create(
        statement=record(said), person=cast.bruno, activity=page.activity, doubts=["not_its_word"]
    )


def visit(client: Client, path: str, world: dict[str, Any]) -> str:
    filled = path.replace("<session>/<number>", "<session>/1")
    for name in world.keys() - {"users"}:
        filled = filled.replace(f"<{name}>", str(world[name]))
    ask = client.post if path.endswith(POSTED) else client.get
    answer = ask(f"/{filled}")
    where = answer.headers.get("Location", "")
    if answer.status_code in (301, 302):
        if where == "/admin/":
            return HOME
        return SIGN_IN if where.startswith(("/accounts/login/", "/admin/login/")) else OK
    return {401: NO, 403: NO, 404: NONE}.get(answer.status_code, OK)


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_every_role_as_it_should(world: dict[str, Any], role: str) -> None:
    wrong = {}
    for path, answers in EXPECTED.items():
        client = Client(headers={"X-Experience-API-Version": "2.0.0"})
        if role != "visitor":
            client.force_login(world["users"][role])
        got = visit(client, path, world)
        if got != answers[ROLES.index(role)]:
            wrong[path] = (got, answers[ROLES.index(role)])
    assert not wrong


def what_matters() -> dict[str, Any]:
    """What only a POST may change."""
    return {
        "statements": Statement.objects.count(),
        "completions": Completion.objects.count(),
        "invitations": Invitation.objects.filter(used_at=None).count(),
        "report subscriptions": ReportSubscription.objects.count(),
        "open proofs": list(Proof.objects.open().values_list("key", "state", "handed_in_at")),
        "members": list(AgreementMember.objects.values_list("pk", "person", "ended_on")),
        "invitations of partners": list(PartnerInvitation.objects.values_list("key", "opened_at", "revoked_at")),
        "links to register": list(RegistrationLink.objects.values_list("key", "registered", "revoked_at")),
        "undertakings": Undertaking.objects.count(),
    }


@pytest.mark.parametrize("role", ["visitor", "owner", "hr"])
def test_no_get_changes_anything(world: dict[str, Any], role: str) -> None:
    """GET shows, POST acts: a mail scanner or a prefetch that opens every link leaves no trace in what matters."""
    before = what_matters()
    assert [] not in before.values()
    client = Client()
    if role != "visitor":
        client.force_login(world["users"][role])
    for path in EXPECTED:
        if not path.endswith(POSTED):
            visit(client, path, world)
    assert what_matters() == before


@pytest.mark.parametrize("path", ["learning/course/<page_id>/start/", "learning/check/<session>/",
                                  "learning/tool/<external>/start/",
                                  "learning/sign/<registration>/<activity>/", "invitation/<token>/"])  # fmt: skip
def test_a_post_from_another_site_is_refused(world: dict[str, Any], path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["users"]["owner"])
    filled = path
    for name in ("token", "registration", "session", "page_id", "activity", "external"):
        filled = filled.replace(f"<{name}>", str(world[name]))
    assert client.post(f"/{filled}", {"begin": "1"}).status_code == 403
