"""Every address of ours with every kind of visitor. A new address without a line here fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from attestations.models import AttestationText
from attestations.signing import sign
from courses import checking
from courses.enrolling import enrol
from courses.models import Certificate, CoursePage
from lms.compliance.models import ReportSubscription
from lms.compliance.subscribing import subscribe
from lms.compliance.unsubscribing import link_of
from lms.log.checkpoints import make_checkpoint
from lms.lrs import vocabulary as v
from lms.lrs.recording import record
from lms.lrs.statements import Said
from lms.people.groups import ensure_groups
from lms.people.inviting import invite
from lms.people.linking import make_link
from lms.people.models import OfficeAccess
from lms.requirements.models import Claim, WaiverRequest
from reminders.laying import lay_standard_ladder
from tests.attestations.test_signing import NOW
from tests.cast import TODAY, Cast, make_course, make_requirement
from tests.courses.classroom import make_session, make_training, seat
from tests.courses.external import hand, make_external
from tests.courses.lti import OUR_KEY, make_tool
from tests.courses.test_checking import answer, finish_lessons
from tests.lms.partners.desk import keys_of, lay_desk

# What a visitor gets: ok, sign-in (a redirect to it), home (sent back to the admin's first page, with a message), none
# (404, as if it did not exist), no (403 or 401).
OK, SIGN_IN, HOME, NONE, NO = "ok", "sign-in", "home", "none", "no"
ROLES = ("visitor", "other", "owner", "head", "hr", "author")
#                                 visitor  other    owner    head     hr       author
EXPECTED: dict[str, tuple[str, ...]] = {
    "healthz":                   (OK,      OK,      OK,      OK,      OK,      OK),
    "help/":                     (OK,      OK,      OK,      OK,      OK,      OK),
    "invitation/<token>/":       (OK,      OK,      OK,      OK,      OK,      OK),
    "link/<secret>/":            (OK,      OK,      OK,      OK,      OK,      OK),
    "learning/":                 (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "learning/receipt/<registration>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "partner/":                  (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/help/":             (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/leave/":            (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/link/<invited>/":   (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/register/<workshop>/":
                                 (OK,      OK,      OK,      OK,      OK,      OK),
    "partner/undertaking/<undertaking>/":
                                 (OK,      OK,      OK,      OK,      OK,      OK),
    "partners/":                 (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "partners/roster.csv":       (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "partners/<agreement>/":     (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/file/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/codes/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/links/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "partners/<agreement>/links/<poster>/":
                                 (SIGN_IN, NONE,    NONE,    OK,      OK,      NONE),
    "admin/compliance/partners/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/add/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/partners/<agreement>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/<agreement>/change/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/partners/<agreement>/people/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/partners/<agreement>/people/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "reports/stop/<stop>/":      (OK,      OK,      OK,      OK,      OK,      OK),
    "team/":                     (SIGN_IN, OK,      OK,      OK,      OK,      OK),
    "learning/course/<page_id>/start/":
                                 (SIGN_IN, OK,      OK,      OK,      OK,      NONE),
    "learning/check/<session>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/check/<session>/<number>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/go/<assignment>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/why/<assignment>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/returned/<session>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/certificate/<code>.pdf":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/sign/<registration>/<activity>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/signed/<registration>/<activity>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "verify/":                   (OK,      OK,      OK,      OK,      OK,      OK),
    "verify/<code>":             (OK,      OK,      OK,      OK,      OK,      OK),
    "verify/<code>/":            (OK,      OK,      OK,      OK,      OK,      OK),
    "onboarding/":               (SIGN_IN, NO,      OK,      NO,      NO,      NO),
    "xapi/fetch/<token>":        (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/about":                (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/about/":               (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/statements":           (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/statements/":          (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/about":          (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/1.0.3/about/":         (OK,      OK,      OK,      OK,      OK,      OK),
    "xapi/1.0.3/statements":     (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/statements/":    (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities":               (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/":              (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/state":         (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/state/":        (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/profile":       (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/activities/profile/":      (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents":                   (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents/":                  (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents/profile":           (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/agents/profile/":          (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities":         (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/":        (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/state":   (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/state/":  (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/profile":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/activities/profile/":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents":             (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents/":            (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents/profile":     (NO,      NO,      NO,      NO,      NO,      NO),
    "xapi/1.0.3/agents/profile/":    (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/clearance/<person>": (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/compliance":         (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/compliance/people":  (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/indicators":         (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/indicators/csv":     (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/bounces":            (NO,      NO,      NO,      NO,      NO,      NO),
    "api/v1/":                   (NONE,    NONE,    NONE,    NONE,    NONE,    NONE),
    "api/v1/docs":               (OK,      OK,      OK,      OK,      OK,      OK),
    "api/v1/openapi.json":       (OK,      OK,      OK,      OK,      OK,      OK),
    "scim/v2/ServiceProviderConfig":(NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Schemas":           (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/ResourceTypes":     (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Users":             (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Groups":            (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/<path:rest>":       (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Schemas/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/ResourceTypes/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Users/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "scim/v2/Groups/<identity>":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "admin/compliance/":         (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/people/":  (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/people/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/compare/": (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/deliveries/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/joiners/": (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/joiners/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/person/<number>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "learning/why/<assignment>/ask/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "admin/compliance/person/<number>/merge/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/how-long/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/corrections/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/waivers/": (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/waivers/results/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/waivers/<asked>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/why/<assignment>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/claims/":  (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/claims/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/claims/<pk>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/compliance/auditor-pack/":
                                 (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/log/":                (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/log/checkpoint/<size>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/looks/":   (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/compliance/looks/results/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/messages/":           (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/messages/channels/":  (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/messages/channels/results/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/reminders/coming/":   (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/messages/results/":   (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/addresses/":         (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/addresses/results/": (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/addresses/<number>/works/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/answers/":           (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/answers/<page_id>/":  (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "learning/session/<classroom>/":
                                 (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "admin/sessions/":           (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/results/":   (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/plan/":      (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/<classroom>/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/<classroom>/change/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "admin/sessions/<classroom>/sheet/":
                                 (SIGN_IN, NO,      NO,      OK,      HOME,    HOME),
    "admin/sessions/<classroom>/print/":
                                 (SIGN_IN, NO,      NO,      OK,      OK,      HOME),
    "learning/proof/new/<external>/<way>/":
                                 (SIGN_IN, OK,      OK,      OK,      OK,      NONE),
    "learning/proof/<proof>/":   (SIGN_IN, NONE,    OK,      NONE,    NONE,    NONE),
    "learning/tool/<external>/start/":
                                 (SIGN_IN, OK,      OK,      OK,      OK,      NONE),
    "learning/tool/authorize/":  (OK,      OK,      OK,      OK,      OK,      OK),
    "lti/keys.json":             (OK,      OK,      OK,      OK,      OK,      OK),
    "lti/token":                 (OK,      OK,      OK,      OK,      OK,      OK),
    "lti/lineitems/<line_item>/scores":
                                 (NO,      NO,      NO,      NO,      NO,      NO),
    "admin/proofs/":             (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/results/":     (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/import/":      (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/<proof>/":     (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/proofs/<proof>/<file>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/activities/":         (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/requirements/":       (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/headships/":          (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/office_access/":      (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/organisations/":      (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/reminder_ladders/":   (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/channel_addresses/":  (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/reminder_ladders/messages/<ladder>/":
                                 (SIGN_IN, NO,      NO,      HOME,    OK,      HOME),
    "admin/access_tokens/":      (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/credentials/":        (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/lti_tools/":          (SIGN_IN, NO,      NO,      HOME,    HOME,    HOME),
    "admin/question_banks/":     (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/questions/":          (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/attestation_definitions/":
                                 (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
    "admin/attestation_texts/":  (SIGN_IN, NO,      NO,      HOME,    HOME,    OK),
}  # fmt: skip
POSTED = (
    "/start/",
    "/leave/",
    "/codes/",
    "/ask/",
    "/works/",
    "/bounces",
    "/token",
    "/scores",
)  # addresses that take POST only
# Addresses of Wagtail, allauth and Django themselves; and of viewsets, whose other pages follow their list.
NOT_OURS = ("accounts/", "i18n/", "documents/", "media/", "_util/")
OURS_IN_ADMIN = (
    "admin/compliance/", "admin/messages/", "admin/reminders/", "admin/addresses/", "admin/answers/", "admin/sessions/",
    "admin/proofs/",
)  # fmt: skip


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
        "line_item": tool.line_item,
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


def test_no_get_changes_anything(world: dict[str, Any]) -> None:
    """GET shows, POST acts: a mail scanner or a prefetch that opens every link leaves no trace in what matters."""
    from lms.lrs.models import Statement
    from lms.people.models import Invitation
    from lms.requirements.models import Completion

    def counts() -> tuple[int, ...]:
        return (Statement.objects.count(), Completion.objects.count(), Invitation.objects.filter(used_at=None).count(),
                ReportSubscription.objects.count())  # fmt: skip

    before = counts()
    client = Client()
    client.force_login(world["users"]["owner"])
    for path in EXPECTED:
        if not path.endswith(POSTED):
            visit(client, path, world)
    assert counts() == before


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
