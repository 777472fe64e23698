"""What was said: xAPI statements as stored, and what finds them again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lrs.models.credentials import Credential


class Statement(models.Model):
    """One xAPI statement, exactly as stored; the database refuses to change or delete it.

    The columns beside ``raw`` only repeat what stands in it, as keys (``lms.lrs.keys``), so that it can be found.
    Pseudonymous: the actor of our own people is a random UUID. Kept as long as the duty or a dispute about it may last.
    """

    id = models.BigAutoField(primary_key=True)
    statement_id = models.UUIDField(unique=True)
    actor = models.UUIDField()
    verb = models.UUIDField()
    activity = models.UUIDField(null=True, help_text="Empty where the object is no activity.")
    registration = models.UUIDField(null=True)
    refers_to = models.UUIDField(null=True, help_text="The statement that its StatementRef names.")
    voids = models.UUIDField(null=True, help_text="The statement that it voids.")
    timestamp = models.DateTimeField()
    stored = models.DateTimeField()
    credential = models.ForeignKey(  # whose row a constraint would lock for every statement that it writes
        Credential, null=True, on_delete=models.PROTECT, help_text="Empty: said by this site itself.", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    raw = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "lms"
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        indexes = [
            models.Index(fields=["actor", "stored"], name="lms_statement_actor"),
            models.Index(fields=["verb", "stored"], name="lms_statement_verb"),
            models.Index(fields=["activity", "stored"], name="lms_statement_activity"),
            models.Index(fields=["stored"], name="lms_statement_stored"),
            models.Index(fields=["credential", "stored"], name="lms_statement_credential"),
            models.Index(
                fields=["registration", "stored"],
                name="lms_statement_registration",
                condition=models.Q(registration__isnull=False),
            ),
            models.Index(
                fields=["refers_to"], name="lms_statement_refers_to", condition=models.Q(refers_to__isnull=False)
            ),
            models.Index(fields=["voids"], name="lms_statement_voids", condition=models.Q(voids__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.statement_id)

    @property
    def data(self) -> dict[str, Any]:
        """What it says."""
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @staticmethod
    def digest_of(raw: str) -> str:
        return hashlib.sha256(raw.encode()).hexdigest()


class Mention(models.Model):
    """An agent or activity that a statement names elsewhere than as its actor or its object.

    ``direct`` marks what the plain ``agent`` filter finds too: members of the acting group, and an agent as the object.
    Written in the one command that writes the statement, which is never deleted: no constraint has to watch over it.
    """

    pk = models.CompositePrimaryKey("key", "statement")
    key = models.UUIDField()
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="mentions", db_constraint=False, db_index=False
    )
    direct = models.BooleanField(default=False)

    class Meta:
        app_label = "lms"
        # Few are direct. Without an index of their own a plan that holds for every agent would read the whole table.
        indexes = [
            models.Index(fields=["key", "statement"], name="lms_mention_direct", condition=models.Q(direct=True))
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} names {self.key}"


class Reference(models.Model):
    """``statement`` speaks of ``target``, itself or through others: what finds the target finds it too.

    xAPI 1.0.3 part three, 2.1.3, "Filter conditions for StatementRefs". Closed over chains when it is written.
    """

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="references")
    target = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="referred_from")

    class Meta:
        app_label = "lms"
        constraints = [models.UniqueConstraint(fields=["statement", "target"], name="lms_reference_once")]

    def __str__(self) -> str:
        return f"{self.statement_id} speaks of {self.target_id}"


class ActivityDefinition(models.Model):
    """What is known of an activity: the definitions of all statements about it, merged; the last one wins."""

    key = models.UUIDField(primary_key=True)
    iri = models.TextField()
    definition = models.JSONField(default=dict)

    class Meta:
        app_label = "lms"

    def __str__(self) -> str:
        return self.iri


class AgentName(models.Model):
    """A name under which an agent was mentioned. Personal data of agents that are not ours; goes when they ask."""

    id = models.BigAutoField(primary_key=True)
    agent = models.UUIDField()
    name = models.TextField()
    name_key = models.UUIDField()

    class Meta:
        app_label = "lms"
        constraints = [models.UniqueConstraint(fields=["agent", "name_key"], name="lms_agent_name_once")]

    def __str__(self) -> str:
        return self.name


class Attachment(models.Model):
    """The bytes of an attachment, once however many statements carry it; named by its SHA-2 hash."""

    sha2 = models.CharField(primary_key=True, max_length=128)
    content_type = models.CharField(max_length=255)
    content = models.BinaryField()
    stored = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"

    def __str__(self) -> str:
        return self.sha2


class Effect(models.Model):
    """What a statement leads to did not follow: written in its transaction, taken away when it has followed."""

    statement = models.OneToOneField(Statement, primary_key=True, on_delete=models.PROTECT, related_name="effect")
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    next_try = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("statement without its effect")
        verbose_name_plural = _("statements without their effect")
        indexes = [models.Index(fields=["next_try"], name="lms_effect_next_try")]

    def __str__(self) -> str:
        return str(self.statement)
