"""Hands in proof of a course taken elsewhere, and takes it back. People do so for themselves; a partner's focal point can
declare for theirs, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses.models import Proof, ProofFile, Way
from courses.players.external import storing_files
from courses.players.external.checking_badges import check_badge
from courses.players.external.checking_files import BadFile, Checked, check
from courses.players.external.kinds import registration_for, rule_of
from courses.players.external.rules import address_problem
from courses.players.external.scanning import is_scanned
from courses.players.external.wording import CANNOT
from lms.people.models import Person
from lms.periodic import kick
from lms.requirements.kinds import WordNotTaken
from lms.requirements.models import Activity

MOST_FILES_A_DAY = 10
IN_A_FILE = (Way.FILE, Way.BADGE)
EARLIEST = timedelta(days=366 * 10)


class CannotHandIn(Exception):
    """``reason``: closed (not published, or not that way), waiting (one waits already), missing (no code and no link),
    link, too_long, future, past, unticked, too_often; or what ``BadFile`` or ``BadBadge`` says.
    In words: ``wording.CANNOT``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Given:
    """What comes in, by whichever way; each way asks for its own part of it."""

    on: date
    course_version: str = ""
    code: str = ""
    link: str = ""
    upload: File[Any] | None = None
    badge: str = ""
    ticked: bool = False


def hand_in(
    *, person: Person, activity: Activity, way: str, given: Given, by: Person, now: datetime | None = None
) -> Proof:
    """The proof, which waits to be checked. Where another was asked for, it is this one that is brought up to date.

    ``by``: whose act it is, and whose word a declaration is; they never decide on it (``deciding.is_interested``). Every
    page gives the person themself. Raises CannotHandIn. The automatic checks are a worker's: nothing is fetched in here.
    """
    now = now or timezone.now()
    _guard(activity, way, given, now.astimezone(person.zone).date())
    kept = _checked(way, given, now)
    stored = ""
    try:
        with transaction.atomic():
            Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
            proof = _open_proof(person, activity)
            if kept is not None:
                _guard_often(person, now)
            _fill(proof, way, given, by, now)
            if kept is not None:
                stored = storing_files.store(kept.content)
                _add_file(proof, kept, stored, now)
            log(person, "lms.proof.hand_in", user=by.user, data={"proof": str(proof.key)})
            kick("courses.players.external.examining.examine", str(proof.key))
    except BaseException:
        storing_files.forget(stored)
        raise
    return proof


def declare_for(*, person: Person, activity: Activity, on: date, by: Person) -> None:
    """The word of a partner's focal point about one of their people. What the person has begun to hand in goes before it.
    Raises WordNotTaken."""
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if Proof.objects.of(person).open().filter(activity=activity).exists():
            raise WordNotTaken(_("A proof is being checked already."))
        try:
            hand_in(person=person, activity=activity, way=Way.DECLARATION, given=Given(on=on, ticked=True), by=by)
        except CannotHandIn as cannot:
            raise WordNotTaken(str(CANNOT[cannot.reason])) from cannot


def withdraw(*, proof: Proof, by: Person) -> None:
    """It is no longer asked about, and its files are thrown away. Nothing happens to what is decided."""
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=proof.person_id)
        found = Proof.objects.select_for_update(of=("self",)).get(pk=proof.pk)
        if not found.is_open:
            return
        found.state = Proof.State.WITHDRAWN
        found.save(update_fields=["state"])
        throw_away(found.files.all())
        log(found.person, "lms.proof.withdraw", user=by.user, data={"proof": str(found.key)})


def throw_away(files: Iterable[ProofFile]) -> None:
    """What is in them is gone with the commit; that there were such files stays."""
    for file in files:
        if not file.stored_as:
            continue
        name, file.stored_as = file.stored_as, ""
        file.save(update_fields=["stored_as"])
        transaction.on_commit(lambda name=name: storing_files.forget(name))  # type: ignore[misc]


def _guard(activity: Activity, way: str, given: Given, today: date) -> None:
    rule = rule_of(activity)
    if rule is None or not rule.live or way not in rule.open_ways():
        raise CannotHandIn("closed")
    if given.on > today:
        raise CannotHandIn("future")
    if given.on < today - EARLIEST:
        raise CannotHandIn("past")
    if way == Way.CODE and not given.code and not given.link:
        raise CannotHandIn("missing")
    if given.link and (len(given.link) > 500 or address_problem(given.link)):
        raise CannotHandIn("link")
    if len(given.code) > 64 or len(given.course_version) > 32:
        raise CannotHandIn("too_long")
    if way == Way.DECLARATION and not given.ticked:
        raise CannotHandIn("unticked")


def _checked(way: str, given: Given, now: datetime) -> Checked | None:
    """Outside of any transaction: it may take seconds."""
    if way not in IN_A_FILE:
        return None
    if not storing_files.can_store():
        raise CannotHandIn("closed")
    try:
        if way == Way.BADGE:
            return check_badge(given.upload, given.badge, now=now)
        if given.upload is None:
            raise CannotHandIn("empty")
        return check(given.upload)
    except BadFile as bad:
        raise CannotHandIn(bad.reason) from bad


def _guard_often(person: Person, now: datetime) -> None:
    today = ProofFile.objects.filter(proof__person=person, received_at__gt=now - timedelta(days=1))
    if today.count() >= MOST_FILES_A_DAY:
        raise CannotHandIn("too_often")


def _open_proof(person: Person, activity: Activity) -> Proof:
    """The one of which another is asked for, else a new one."""
    mine = Proof.objects.of(person).open().filter(activity=activity)
    found: Proof | None = mine.select_for_update(of=("self",)).first()
    if found is None:
        return Proof(person=person, activity=activity, registration=registration_for(person=person, activity=activity))
    if found.state == Proof.State.WAITING:
        raise CannotHandIn("waiting")
    return found


def _fill(proof: Proof, way: str, given: Given, by: Person, now: datetime) -> None:
    proof.way, proof.on, proof.course_version = way, given.on, given.course_version.strip()
    proof.code = given.code.strip() if way == Way.CODE else ""
    proof.link = given.link.strip() if way == Way.CODE else ""
    proof.declared_by = by if way == Way.DECLARATION else None
    proof.state, proof.handed_in_at, proof.handed_in_by, proof.examined_at = Proof.State.WAITING, now, by, None
    proof.save()
    proof.checks.all().delete()


def _add_file(proof: Proof, kept: Checked, stored: str, now: datetime) -> None:
    ProofFile.objects.create(
        proof=proof,
        sha256=kept.sha256,
        kept_sha256=kept.kept_sha256,
        content_type=kept.content_type,
        size=len(kept.content),
        pages=kept.pages,
        stored_as=stored,
        scan=ProofFile.Scan.WAITING if is_scanned() else ProofFile.Scan.NONE,
        received_at=now,
    )
