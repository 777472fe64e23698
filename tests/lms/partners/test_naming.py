"""Naming people under an agreement: who is new, who is known, who is never touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from lms.partners.coverage import Cover, coverage, covered
from lms.partners.inviting import InvitationNotUsable, come_by_code, make_codes
from lms.partners.models import Agreement, AgreementMember
from lms.partners.naming import CannotName, name_people, take_off
from lms.partners.rosters import Line, NotARoster, Problem, Refused, read
from lms.partners.wording import PROBLEMS
from lms.people.models import Category, Organisation, Person
from lms.requirements.merging import merge
from lms.requirements.models import Assignment
from tests.cast import Cast, make_person
from tests.lms.partners.desk import Desk, declare_course, do_course, line_of, make_agreement

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "fr", "zh-hans"]


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_whoever_is_named_gets_a_record_and_owes_at_once(desk: Desk) -> None:
    (member,) = desk.name("Ada Able <ada@partner.example>")
    person = member.person
    assert person.number.startswith("PARTNER-")
    assert (person.category, person.office, person.organisation) == (
        Category.PARTNER, desk.cast.country, desk.organisation,
    )  # fmt: skip
    assert person.assignments.get().requirement == desk.requirement
    assert member.named_by == desk.focal


def test_one_address_in_one_partner_is_one_person_whatever_the_case_and_the_agreement(desk: Desk) -> None:
    (first,) = desk.name("Ada Able <ada@partner.example>")
    other = make_agreement("BK-2", desk.organisation, desk.cast)
    outcome = name_people(agreement=other, lines=[Line(1, "A. Able", "ADA@partner.example")], by=None)
    assert outcome.named[0].person == first.person
    assert not outcome.named[0].is_new
    first.person.refresh_from_db()
    assert first.person.name == "Ada Able"
    again = name_people(agreement=other, lines=[Line(1, "Ada", "ada@partner.example")], by=None)
    assert (again.named, len(again.again)) == ([], 1)


def test_two_of_one_name_are_two_and_it_is_said(desk: Desk) -> None:
    desk.name("Ada Able")
    outcome = name_people(agreement=desk.agreement, lines=[line_of(1, "ada able")], by=None)
    assert outcome.named[0].is_alike
    assert desk.agreement.members.count() == 2


def test_an_address_of_our_own_people_is_never_taken_over(desk: Desk) -> None:
    bruno = desk.cast.bruno
    (member,) = desk.name(f"Bruno Late <{bruno.email}>")
    assert member.person != bruno
    bruno.refresh_from_db()
    assert (bruno.organisation, bruno.memberships.count()) == (None, 0)
    elsewhere = Organisation.objects.create(code="PP2", name="Green Lamp")
    other = make_agreement("GL-1", elsewhere, desk.cast)
    (found,) = name_people(agreement=other, lines=[Line(1, "Bruno", bruno.email)], by=None).named
    assert found.person != member.person


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    before = Person.objects.count(), AgreementMember.objects.count(), Assignment.objects.count()
    outcome = name_people(agreement=desk.agreement, lines=[line_of(1, "Ada Able")], by=None, dry_run=True)
    assert len(outcome.named) == 1
    assert (Person.objects.count(), AgreementMember.objects.count(), Assignment.objects.count()) == before


def test_nobody_is_named_under_an_agreement_that_has_ended(desk: Desk) -> None:
    Agreement.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(CannotName):
        desk.name("Ada Able")


def test_who_is_taken_off_everywhere_owes_nothing_and_their_code_ends(desk: Desk) -> None:
    (member,) = desk.name("Ada Able")
    ((_, code),) = make_codes(agreement=desk.agreement, members=[member], by=None)
    take_off(member=member, by=None)
    member.person.refresh_from_db()
    assert member.person.left_on == timezone.localdate()
    assert not member.person.assignments.filter(ended_on=None).exists()
    with pytest.raises(InvitationNotUsable):
        come_by_code(code)


def test_who_comes_back_by_address_goes_on_with_the_same_record(desk: Desk) -> None:
    (member,) = desk.name("Ada Able <ada@partner.example>")
    take_off(member=member, by=None)
    (back,) = desk.name("Ada Able <ada@partner.example>")
    assert back.person == member.person
    assert back.person.left_on is None
    assert back.person.assignments.filter(ended_on=None).exists()


def test_the_feed_of_hr_alone_ends_those_who_came_by_it(desk: Desk) -> None:
    person = make_person("X00009", desk.cast.country, category=Category.PARTNER, organisation=desk.organisation)
    (member,) = desk.name(f"Somebody <{person.email}>")
    take_off(member=member, by=None)
    person.refresh_from_db()
    assert person.left_on is None


def test_coverage_tells_verified_declared_and_missing_apart(desk: Desk) -> None:
    ada, ben, _eve = desk.name("Ada", "Ben", "Eve")
    do_course(ada.person, desk.activity)
    declare_course(ben.person, desk.activity)
    found = coverage([desk.agreement.pk], today=timezone.localdate())[desk.agreement.pk]
    assert (found.named, found.verified, found.declared, found.missing) == (3, 1, 1, 1)
    assert found.percent == 33.3
    assert (found.reaches(33), found.reaches(34)) == (True, False)


def test_what_is_declared_is_declared_as_long_as_the_proof_would_hold_and_is_asked_for_meanwhile(desk: Desk) -> None:
    desk.requirement.accepted.update(valid_months=12)
    (member,) = desk.name("Ada")
    declare_course(member.person, desk.activity)
    today = timezone.localdate()
    assert Assignment.objects.open().get(person=member.person).completion is None
    for day, cover in ((today, Cover.DECLARED), (today + timedelta(days=370), Cover.MISSING)):
        (found,) = covered([desk.agreement.pk], today=day)
        assert found.cover == cover


def test_a_proof_that_ends_soon_is_lapsing_and_one_that_has_ended_is_missing(desk: Desk) -> None:
    desk.requirement.accepted.update(valid_months=12)
    (member,) = desk.name("Ada")
    do_course(member.person, desk.activity)
    today = timezone.localdate()
    end = Assignment.objects.get(completed_on__isnull=False).valid_until
    assert end is not None

    def at(day: object) -> object:
        (found,) = covered([desk.agreement.pk], today=day)  # type: ignore[arg-type]
        return found.cover, found.is_lapsing

    assert at(today) == (Cover.VERIFIED, False)
    assert at(end) == (Cover.VERIFIED, True)
    assert at(end + timedelta(days=1)) == (Cover.MISSING, False)


def test_a_record_that_was_merged_into_an_account_of_staff_counts_once_with_what_that_one_did(desk: Desk) -> None:
    (member,) = desk.name("Bruno Late <b@partner.example>")
    do_course(member.person, desk.activity)
    merge(kept=desk.cast.bruno, merged=member.person)
    found = coverage([desk.agreement.pk], today=timezone.localdate())[desk.agreement.pk]
    assert found.named == 1


def test_nobody_is_covered_where_nothing_is_required_or_no_rule_asks(desk: Desk) -> None:
    desk.name("Ada")
    desk.agreement.requirements.clear()
    found = coverage([desk.agreement.pk], today=timezone.localdate())[desk.agreement.pk]
    assert (found.missing, found.not_asked, found.reaches(1)) == (1, 1, False)


def test_coverage_of_many_costs_as_many_queries_as_of_one(desk: Desk) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            coverage(list(Agreement.objects.values_list("pk", flat=True)), today=timezone.localdate())
        return len(queries)

    desk.name("Ada")
    one = cost()
    for number in range(5):
        other = make_agreement(f"N-{number}", desk.organisation, desk.cast, requirements=[desk.requirement])
        name_people(agreement=other, lines=[line_of(place, f"P {place}") for place in range(4)], by=None)
    assert cost() == one <= 6


def read_text(text: str) -> tuple[list[Line], list[Refused]]:
    return read(text.encode(), languages=LANGUAGES)


def test_every_line_of_a_file_is_accounted_for() -> None:
    lines, refused = read_text(
        "Name;E-mail;email;role;language;salary\n"
        "Ada  Able;x;ada@partner.example;driver;FR;9\n"
        ";;;;;\n"
        ";x;b@partner.example;;;\n"
        "=HYPERLINK(1);;;;;\n"
        "Cleo;;;@role;;\n"
        "Dan;;no address;;;\n"
        "Eve;;ADA@partner.example;;;\n"
        "Fay;;;;tlh;\n"
        "Gil\u202e;;;;;\n"
        "Hal;only two\n"
        "Ida;;;;zh;\n"
    )
    assert [(line.place, line.name, line.language) for line in lines] == [
        (2, "Ada Able", "fr"),
        (12, "Ida", "zh-hans"),
    ]
    assert {item.place: item.problem for item in refused} == {
        4: Problem.NO_NAME, 5: Problem.FORMULA, 6: Problem.FORMULA, 7: Problem.ADDRESS, 8: Problem.TWICE,
        9: Problem.LANGUAGE, 10: Problem.CONTROL, 11: Problem.UNREADABLE,
    }  # fmt: skip
    assert next(item.first for item in refused if item.problem == Problem.TWICE) == 2


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"name\n" + b"x\n" * 5001, Problem.FILE_LONG),
        (b"name\n" + b"x" * 1_000_000, Problem.FILE_LARGE),
        (b"name\n\xff\n", Problem.FILE_TEXT),
        (b"who\nAda\n", Problem.FILE_TEXT),
        (b"name\n", Problem.FILE_EMPTY),
    ],
    ids=["long", "large", "no text", "no name", "empty"],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(data: bytes, problem: Problem) -> None:
    with pytest.raises(NotARoster) as error:
        read(data, languages=LANGUAGES)
    assert error.value.problem == problem


def test_what_is_said_of_a_file_is_said_in_the_language_of_the_page() -> None:
    with translation.override("fr"):
        assert (
            str(PROBLEMS[Problem.FILE_LONG]) == "Le fichier a plus de 5000 lignes. Importez-le en plusieurs parties."
        )
