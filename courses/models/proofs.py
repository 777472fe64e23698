"""What people hand in for courses taken elsewhere, what was found about it, and what was decided.

Personal data: certificates of people. A file is thrown away 90 days after it was refused, at once when its proof is
withdrawn; the proof and its decisions are kept for the contract's end plus seven years.
"""

from __future__ import annotations

import uuid
from datetime import UTC
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.external import Way
from courses.players.external.querysets import ProofQuerySet
from lms.hash_chain import START, link
from lms.people.models import Person
from lms.requirements.models import Activity


class Proof(models.Model):
    """Somebody says that they have done a course elsewhere. It counts when a second person has accepted it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be checked")
        MORE_NEEDED = "more_needed", _("Another is asked for")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Not accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proofs")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="proofs")
    registration = models.UUIDField()
    way = models.CharField(_("way"), max_length=16, choices=Way)
    on = models.DateField(_("date on it"))
    course_version = models.CharField(_("version of the course"), max_length=32, blank=True)
    code = models.CharField(_("code"), max_length=64, blank=True)
    link = models.CharField(_("link"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    handed_in_at = models.DateTimeField(_("handed in"), help_text="The last time; the service level counts from it.")
    handed_in_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    declared_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    examined_at = models.DateTimeField(null=True, help_text="Empty: the automatic checks are still to run.")

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        ordering = ["handed_in_at", "pk"]
        default_permissions = ()
        permissions = [
            ("decide_proof", _("Can decide on proofs of courses taken elsewhere")),
            ("check_proof", _("Can decide on proofs of those courses that name one of their groups")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="lms_courses_one_open_proof",
                fields=["person", "activity"],
                condition=Q(state__in=["waiting", "more_needed"]),
            ),
            models.CheckConstraint(
                name="lms_courses_declared_means_by_somebody",
                condition=Q(way="declaration", declared_by__isnull=False)
                | (~Q(way="declaration") & Q(declared_by__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "handed_in_at"], name="lms_proof_queue"),
            models.Index(
                fields=["handed_in_at"], name="lms_proof_to_examine", condition=Q(examined_at=None, state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.on}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.MORE_NEEDED)

    def record(self) -> dict[str, Any]:
        """What a decision is about, and what its evidence covers."""
        return {
            "proof": str(self.key),
            "person": str(self.person.uuid),
            "activity": self.activity.iri,
            "way": self.way,
            "on": self.on.isoformat(),
            "course_version": self.course_version,
            "code": self.code,
            "link": self.link,
            "declared_by": str(self.declared_by.uuid) if self.declared_by else "",
            "files": [[file.sha256, file.kept_sha256] for file in self.files.all()],
        }

    def evidence(self) -> str:
        """SHA-256 of the record: names what was judged, and changes with it."""
        return link(START, self.record())


class ProofFile(models.Model):
    """One file of a proof. Its own name is not kept; where it lies has a random one (``storing_files``)."""

    class Scan(models.TextChoices):
        NONE = "none", _("not scanned: there is no scanner")
        WAITING = "waiting", _("not yet scanned")
        CLEAN = "clean", _("scanned, nothing found")
        INFECTED = "infected", _("harmful, thrown away")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of what was received.")
    kept_sha256 = models.CharField(max_length=64, help_text="Of what is kept: pictures are drawn anew.")
    content_type = models.CharField(max_length=32)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(null=True)
    stored_as = models.CharField(max_length=64, blank=True, help_text="Empty: thrown away.")
    scan = models.CharField(max_length=16, choices=Scan, default=Scan.WAITING)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a proof")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.proof} {self.sha256[:12]}"


class ProofCheck(models.Model):
    """What the site itself found about a proof; the last time counts. A hint to who decides, never a decision."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("could not be told")

    proof = models.ForeignKey(Proof, on_delete=models.CASCADE, related_name="checks")
    name = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16, choices=Outcome)
    said = models.CharField(max_length=32, blank=True, help_text="A code, in words in ``checks.SAID``.")
    detail = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="lms_courses_check_once", fields=["proof", "name"])]

    def __str__(self) -> str:
        return f"{self.proof} {self.name}: {self.outcome}"


class Refusal(models.TextChoices):
    """Why a proof is not accepted, or another asked for. A code, in words for the learner; there is no room for remarks."""

    WRONG_COURSE = "wrong_course", _("It is of another course.")
    WRONG_VERSION = "wrong_version", _("It is of a version of the course that does not count here.")
    NOT_LEGIBLE = "not_legible", _("It cannot be read.")
    OTHER_NAME = "other_name", _("It bears another name.")
    NO_DATE = "no_date", _("Its date is missing, or another than you gave.")
    OUTSIDE_VALIDITY = "outside_validity", _("It is too old to count.")
    NO_CERTIFICATE = "no_certificate", _("It is not a certificate.")
    DUPLICATE = "duplicate", _("It was handed in before.")
    NOT_VERIFIABLE = "not_verifiable", _("It could not be verified with the provider.")


class ProofDecision(models.Model):
    """What somebody decided on a proof, and signed by ticking the declaration. Appended, never changed.

    Chained proof by proof (``lms.hash_chain``); the hash covers what was judged and what the checks had found.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("not accepted")
        MORE_NEEDED = "more_needed", _("another asked for")

    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    reason = models.CharField(max_length=32, choices=Refusal, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    declaration = models.TextField(help_text="As it was ticked.")
    language = models.CharField(max_length=16)
    evidence = models.CharField(max_length=64, help_text="Of the proof as it was then.")
    checks = models.JSONField(help_text="Name, outcome and code of each check as it stood then.")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("decision on a proof")
        verbose_name_plural = _("decisions on proofs")
        ordering = ["proof", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="lms_courses_decision_number_once", fields=["proof", "number"]),
            models.CheckConstraint(
                name="lms_courses_refusal_has_a_reason", condition=Q(outcome="accepted") ^ ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proof} #{self.number}"

    def record(self) -> dict[str, Any]:
        """What the hash covers."""
        texts = ("number", "outcome", "reason", "printed_name", "declaration", "language", "evidence", "checks")
        return {
            "proof": str(self.proof.key),
            "by": str(self.by.uuid),
            "at": self.at.astimezone(UTC).isoformat(),
            **{name: getattr(self, name) for name in texts},
        }
