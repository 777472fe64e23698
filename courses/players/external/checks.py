"""The automatic checks. Each says what it found; who decides sees it beside the proof, and decides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.dates import MONTHS

from courses.models import Proof
from courses.players.external import storing_files
from courses.players.external.checking_files import PDF, text_of
from courses.players.external.findings import FAILED, PASSED, UNKNOWN, Finding
from courses.players.external.kinds import rule_of
from courses.players.external.rules import (
    entries,
    holds_date,
    host_of,
    names_match,
    version_is_accepted,
)
from lms.outbound import Forbidden, NoAnswer, Unreachable, get, is_named, target_of
from lms.people.models import LANGUAGES, Person
from lms.requirements.models import Assignment


def same_file(proof: Proof) -> Iterator[Finding]:
    """Also for another person, and whatever became of it."""
    hashes = proof.files.values_list("sha256", flat=True)
    yield _seen_before("same_file", proof, Proof.objects.filter(files__sha256__in=list(hashes)))


def same_code(proof: Proof) -> Iterator[Finding]:
    same = Q(code=proof.code) if proof.code else Q(pk__in=[])
    same |= Q(link=proof.link) if proof.link else Q(pk__in=[])
    yield _seen_before("same_code", proof, Proof.objects.filter(same, activity=proof.activity))


def _seen_before(name: str, proof: Proof, like_it: QuerySet[Proof]) -> Finding:
    others = like_it.exclude(pk=proof.pk)
    mine = _records(proof.person)
    if others.exclude(person__in=mine).exists():
        return Finding(name, FAILED, "by_other")
    return Finding(name, FAILED, "by_same") if others.exists() else Finding(name, PASSED)


def name_in_text(proof: Proof) -> Iterator[Finding]:
    if text := _text(proof):
        found = any(names_match(item.name, text) for item in _records(proof.person))
        yield Finding("name_in_text", PASSED) if found else Finding("name_in_text", FAILED, "not_found")
    else:
        yield Finding("name_in_text", UNKNOWN, "no_text")


def date_in_text(proof: Proof) -> Iterator[Finding]:
    if text := _text(proof):
        found = holds_date(proof.on, text, _month_names(proof.on.month))
        yield Finding("date_in_text", PASSED) if found else Finding("date_in_text", FAILED, "not_found")
    else:
        yield Finding("date_in_text", UNKNOWN, "no_text")


def link_host(proof: Proof) -> Iterator[Finding]:
    hosts = _hosts(proof)
    if not proof.link:
        yield Finding("link_host", UNKNOWN, "no_link")
    elif not hosts:
        yield Finding("link_host", UNKNOWN, "no_hosts")
    elif is_named(host_of(proof.link), hosts):
        yield Finding("link_host", PASSED)
    else:
        yield Finding("link_host", FAILED, "other_host", host_of(proof.link)[:64])


def link_answers(proof: Proof) -> Iterator[Finding]:
    """Only hosts that the page of the course names are asked."""
    hosts = _hosts(proof)
    if not proof.link or not is_named(host_of(proof.link), hosts):
        return
    try:
        status = get(target_of(proof.link, hosts=hosts)).status
    except (Forbidden, Unreachable, NoAnswer) as error:
        yield Finding("link_answers", UNKNOWN, "unreachable", type(error).__name__)
    else:
        outcome = PASSED if status == 200 else FAILED if status in (404, 410) else UNKNOWN
        yield Finding("link_answers", outcome, "status", str(status))


def date_possible(proof: Proof) -> Iterator[Finding]:
    is_past = proof.on <= timezone.now().astimezone(proof.person.zone).date()
    yield Finding("date_possible", PASSED) if is_past else Finding("date_possible", FAILED, "in_future")


def within_validity(proof: Proof) -> Iterator[Finding]:
    """By the rules that ask the person for it now; of a renewal, also that it is no proof from before."""
    today = timezone.localdate()
    owed = Assignment.objects.open().filter(
        person__in=_records(proof.person), requirement__accepted__activity=proof.activity
    )
    told = []
    for assignment in owed.select_related("requirement").prefetch_related("requirement__accepted"):
        renewal = assignment.counts_from is not None
        validity = assignment.requirement.validity_of(proof.activity_id, renewal=renewal)
        until = validity.until(proof.on, assignment.carried_until) if validity else None
        told.append(
            validity is not None
            and (until is None or until >= today)
            and (assignment.counts_from is None or proof.on >= assignment.counts_from)
        )
    if not told:
        yield Finding("within_validity", UNKNOWN, "nothing_owed")
    else:
        yield Finding("within_validity", PASSED) if any(told) else Finding("within_validity", FAILED, "too_old")


def version(proof: Proof) -> Iterator[Finding]:
    rule = rule_of(proof.activity)
    accepted = entries(rule.accepted_versions) if rule else []
    if not accepted:
        return
    found = version_is_accepted(proof.course_version, accepted)
    if found is None:
        yield Finding("version", UNKNOWN, "not_told")
    else:
        yield Finding("version", PASSED) if found else Finding("version", FAILED, "other_version")


OF_EVERY_WAY = (date_possible, within_validity, version)


def _records(person: Person) -> list[Person]:
    """All records of one person."""
    kept = person.merged_into_id or person.pk
    return list(Person.objects.filter(Q(pk=kept) | Q(merged_into=kept)))


def _hosts(proof: Proof) -> list[str]:
    rule = rule_of(proof.activity)
    return entries(rule.link_hosts) if rule else []


def _text(proof: Proof) -> str:
    """Of the newest file; of one that is harmful, or may be, nothing is read."""
    file = proof.files.order_by("-pk").first()
    if file is None or file.content_type != PDF or not storing_files.may_open(file):
        return ""
    try:
        return text_of(storing_files.read(file.stored_as)).strip()
    except OSError:  # withdrawn meanwhile
        return ""


def _month_names(month: int) -> list[str]:
    names = []
    for code, _name in LANGUAGES:
        with translation.override(code):
            names.append(str(MONTHS[month]))
    return list(chain(names, [name[:3] for name in names if name.isascii()]))
