"""Every LMS_* setting: type, default, one sentence. A site sets them in its Django settings."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, overload

from django.conf import settings

T = TypeVar("T")


class Setting(Generic[T]):
    """One setting; reading it asks Django's settings each time, so that tests can override it."""

    def __init__(self, default: T, help_text: str) -> None:
        self.default = default
        self.help_text = help_text

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"LMS_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, instance: Any, owner: type) -> T: ...
    def __get__(self, instance: Any, owner: type) -> Setting[T] | T:
        if instance is None:
            return self
        value: T = getattr(settings, self.name, self.default)
        return value


class LmsSettings:
    """Settings of the floor: people, record store, requirements, gate, compliance."""

    ORGANISATION_NAME = Setting("Safeguard", "Name of the organisation, in page titles, e-mails and certificates.")
    IRI_BASE = Setting(
        "https://learn.example.org/xapi",
        "Root of the activity ids that this site makes. Never change it once statements exist.",
    )
    SITE_URL = Setting("http://localhost:8000", "Address of this site, without a slash at the end; used in e-mails.")
    TRUSTED_PROXIES = Setting(
        0,
        "Proxies in front of the site that add to X-Forwarded-For; wrong tries are counted by the address before them.",
    )
    INVITATION_DAYS = Setting(30, "Days after which an invitation link no longer works.")
    LINK_HOURS = Setting(
        72, "Hours for which the link in a reminder signs its reader in; 0: reminders have no such link."
    )
    PARTNER_INVITATION_DAYS = Setting(30, "Days after which an invitation of somebody of a partner no longer works.")
    PARTNER_UNDERTAKING = Setting(
        "partner-undertaking", "Key of the attestation whose text the authorised signatories of partners sign."
    )
    PARTNER_RENEWAL_DAYS = Setting(
        90, "Days for which a partner's undertaking still holds after a new wording of it came into force."
    )
    LONG_LEAVE_DAYS = Setting(30, "Absences longer than this many days are counted apart in every figure.")
    GATED_PATHS: Setting[dict[str, str]] = Setting(
        {}, "Address prefix to gate name, for GateMiddleware: {'/onboarding/': 'onboarding'}."
    )
    GATE_NEVER_BLOCKS: Setting[list[str]] = Setting(
        [], "Further address prefixes that no gate may block: security briefing, medical, pay."
    )
    XAPI_MAX_BODY = Setting(5_000_000, "Largest request body that the record store reads, in bytes.")
    XAPI_ALLOWED_ORIGIN = Setting(
        "*", "Which site's pages may call the record store from a browser (CORS); empty: none but our own."
    )
    XAPI_PAGE_SIZE = Setting(100, "Statements on one page of the record store's answer.")
    XAPI_PREPARED = Setting(
        True,
        "Let PostgreSQL keep the plans of the record store's queries and of those that complete; off for a pooler that "
        "knows no prepared ones.",
    )
    LOG_KEY = Setting(
        "", "Signs checkpoints of the log: 32 bytes in base64, from manage.py log_key. Empty: they bear no signature."
    )
    LAUNCH_HOURS = Setting(24, "Hours for which a course that runs elsewhere may report on one launch.")
    IMPLAUSIBLE_PERCENT = Setting(
        20, "A course that runs elsewhere and reports a completion sooner than this share of its length is doubted."
    )
    FORWARDING_LATE_SECONDS = Setting(
        3600, "Age of a statement on its way to another record store that counts as late."
    )
    TALLY_FROM = Setting(
        50_000, "From so many open obligations on, today's figures are tallied every ten minutes (on PostgreSQL)."
    )
    DRY_RUN_PEOPLE = Setting(20_000, "A rule that covers more people is tried out by a command, not beside its form.")
    IMPORT_MAX_BYTES = Setting(500_000_000, "Largest people feed that import_directory reads, in bytes.")
    FEED_MOST_LEAVERS_PERCENT = Setting(
        5, "A people feed that makes a larger share of all people leave stops and asks (docs/people-feed.md)."
    )
    FEED_MOST_MOVERS_PERCENT = Setting(
        20, "A people feed that sends a larger share to another office, or gives it another number, stops and asks."
    )
    FEED_MOST_REJECTED_PERCENT = Setting(
        20, "A people feed of whose rows a larger share is rejected stops and asks instead of taking the others."
    )
    FEED_MOST_ABSENT_PERCENT = Setting(
        100, "A people feed that does not name a larger share of all people stops and asks; 100: it may hold a part."
    )
    FEED_FEWEST_TO_ASK = Setting(5, "Fewer leavers, movers, absent people or rejected rows than this stop no feed.")
    SCIM_OFFICE = Setting(
        "", "Code of the office of people whom an identity provider sends without one; empty: refused."
    )
    SCIM_CATEGORY = Setting(
        "", "Category of people whom an identity provider sends without one, such as FTA; empty: refused."
    )
    SCIM_MAX_BODY = Setting(1_000_000, "Largest request body that provisioning (SCIM) reads, in bytes.")
    SCIM_PER_MINUTE = Setting(3000, "Requests that one provisioning token may make in a minute.")
    QUICK_EXIT_URL = Setting(
        "https://en.wikipedia.org/wiki/Weather",
        "Where “Leave this page quickly” leads: an everyday page that says nothing about the reader.",
    )
    INDICATORS: Setting[dict[str, list[str]]] = Setting(
        {"SEA": ["sea", "sea-managers"], "SH": ["respect", "respect-managers"]},
        "Tag of the risk register to the codes of the requirements whose coverage it is told.",
    )
    INDICATOR_LEVELS: Setting[dict[str, tuple[float, float]]] = Setting(
        {
            "completion": (95, 85),
            "overdue_over_30": (2, 5),
            "managers_block": (95, 85),
            "partner_undertaking": (95, 85),
        },
        "Of each indicator: the percentage that is still green, and the one that is still amber.",
    )
    HEARTBEAT_SECONDS = Setting(180, "Age at which the clock or the worker counts as standing still.")


conf = LmsSettings()
