"""What was said: xAPI statements as stored, and who may write or read them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm


class Scope(models.TextChoices):
    """What a credential may do, in the words of xAPI 1.0.3 part three, section 6.4."""

    WRITE = "statements/write", _("write statements")
    READ_OWN = "statements/read/mine", _("read the statements it wrote")
    READ = "statements/read", _("read every statement")


class CredentialForm(WagtailAdminModelForm):  # type: ignore[misc]
    """Ticks instead of JSON."""

    scopes = forms.MultipleChoiceField(label=_("scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)


class Credential(models.Model):
    """Key and secret of a system that talks to the record store. The secret is kept as a hash and shown once."""

    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(_("key"), max_length=64, unique=True)
    secret_hash = models.CharField(max_length=128)
    scopes = models.JSONField(_("scopes"), default=list)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "lms"
        verbose_name = _("record store credential")
        verbose_name_plural = _("record store credentials")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def hash_secret(cls, secret: str) -> str:
        """SHA-256: the secret is 256 random bits, so a slow hash would only make a denial of service cheaper."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str, scopes: list[str]) -> tuple[Credential, str]:
        """A new credential with its secret, which cannot be read again."""
        secret = secrets.token_urlsafe(32)
        credential = cls.objects.create(
            name=name, key=secrets.token_hex(10), secret_hash=cls.hash_secret(secret), scopes=scopes
        )
        return credential, secret

    def matches(self, secret: str) -> bool:
        return self.is_active and hmac.compare_digest(self.secret_hash, self.hash_secret(secret))


class Statement(models.Model):
    """One xAPI statement, exactly as stored; the database refuses to change or delete it.

    The columns beside ``raw`` only repeat what stands in it, so that it can be found. Pseudonymous: the actor of our own
    people is a random UUID. Kept as long as the duty or a dispute about it may last.
    """

    id = models.BigAutoField(primary_key=True)
    statement_id = models.UUIDField(unique=True)
    actor = models.CharField(max_length=500, db_index=True, help_text="Inverse functional identifier, normalised.")
    verb = models.CharField(max_length=1000)
    object_type = models.CharField(max_length=16)
    object_id = models.CharField(max_length=1000, blank=True)
    registration = models.UUIDField(null=True, db_index=True)
    voids = models.UUIDField(null=True, db_index=True)
    timestamp = models.DateTimeField()
    stored = models.DateTimeField(db_index=True)
    credential = models.ForeignKey(
        Credential, null=True, on_delete=models.PROTECT, help_text="Empty: said by this site itself."
    )
    raw = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "lms"
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        indexes = [models.Index(fields=["object_id", "verb"]), models.Index(fields=["verb"])]

    def __str__(self) -> str:
        return str(self.statement_id)

    @staticmethod
    def digest_of(raw: str) -> str:
        return hashlib.sha256(raw.encode()).hexdigest()
