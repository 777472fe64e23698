"""Reads what the environment says: mail by one address like the database, and what is on or off."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def email_settings(url: str) -> dict[str, object]:
    """``smtp://user:password@host:port``; ``smtps`` for TLS from the start, ``smtp+tls`` for STARTTLS.

    Raises ValueError for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+tls"):
        raise ValueError("EMAIL_URL must begin with smtp://, smtps:// or smtp+tls://")
    standard = {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme]
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or standard,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 20,
    }


def is_on(name: str, value: str) -> bool:
    """``1`` is on; ``0`` or nothing is off. Raises ValueError for anything else, "false" among it."""
    if value not in ("", "0", "1"):
        raise ValueError(f"{name} must be 1 or 0.")
    return value == "1"
