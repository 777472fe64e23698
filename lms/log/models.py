"""The log: one leaf for each fact, the hashes over full runs of them, and checkpoints that say how it stood."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Leaf(models.Model):
    """That there is a fact, without saying what it is: a commitment under a key of its own.

    Written in the transaction of the fact, without a place; the place in the log is given afterwards (``appending``), so
    that writing a fact waits for nobody. Without its key nothing can be learned from it: deleting key and record erases a
    person, and the log can still be verified. Personal data: which record it is of. Kept for good.
    """

    kind = models.CharField(max_length=32)
    row = models.BigIntegerField(help_text="Primary key of the fact.")
    key = models.BinaryField(null=True, help_text="Empty: erased.")
    commitment = models.BinaryField(help_text="HMAC-SHA-256 of the fact under the key.")
    index = models.BigIntegerField(null=True, help_text="Place in the log; empty: it waits.")

    class Meta:
        app_label = "lms"
        db_table = "lms_log_leaf"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="lms_log_leaf_once", fields=["kind", "row"]),
            models.UniqueConstraint(name="lms_log_leaf_index", fields=["index"]),
        ]
        indexes = [models.Index(fields=["id"], name="lms_log_leaf_waits", condition=models.Q(index=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"


class Block(models.Model):
    """The hash over a full run of 256 hashes of the level eight below. Appended, never changed."""

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        app_label = "lms"
        db_table = "lms_log_block"
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="lms_log_block_once", fields=["level", "number"])]

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class Head(models.Model):
    """One row: how many leaves have a place. Whoever gives places holds it."""

    size = models.BigIntegerField(default=0)

    class Meta:
        app_label = "lms"
        db_table = "lms_log_head"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.size)


class Checkpoint(models.Model):
    """What the log was at a moment: size and root, signed where the site has a key. Appended, never changed."""

    size = models.BigIntegerField(_("leaves"), unique=True)
    root = models.BinaryField()
    made_at = models.DateTimeField(_("made"))
    text = models.TextField(help_text="The signed note (``notes``), as it is handed out.")

    class Meta:
        app_label = "lms"
        db_table = "lms_log_checkpoint"
        verbose_name = _("checkpoint of the log")
        verbose_name_plural = _("checkpoints of the log")
        ordering = ["-size"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.size} {self.short}"

    @property
    def short(self) -> str:
        """The beginning of the root, by which people tell checkpoints apart."""
        return self.root.hex()[:16]
