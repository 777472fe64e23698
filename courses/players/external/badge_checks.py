"""The automatic checks of an Open Badge: its signature or its place, its issuer, what it is for, to whom, when, and whether
it still holds. Only hosts that the page of the course names are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from courses.models import Proof
from courses.players.external import storing_files
from courses.players.external.badge_signatures import document_of, is_signed_by, keys_in, thumbprint
from courses.players.external.findings import FAILED, PASSED, UNKNOWN, Finding
from courses.players.external.kinds import rule_of
from courses.players.external.reading_badges import (
    BadBadge,
    Badge,
    Facts,
    facts_of_assertion,
    is_given_to,
    loads,
    read,
)
from courses.players.external.rules import badge_issuers, entries, host_of, is_below
from lms.outbound import Forbidden, NoAnswer, Unreachable, get, is_named, target_of
from lms.people.models import Person

MOST_FETCHED = 64 * 1024
GONE = (404, 410)
MOST_RECIPIENTS = 5


class NotFetched(Exception):
    """``said``: a key of ``findings.SAID``. ``is_gone``: there is nothing any more at that address."""

    def __init__(self, said: str, detail: str = "", *, is_gone: bool = False) -> None:
        super().__init__(said)
        self.said, self.detail, self.is_gone = said, detail, is_gone


@dataclass(frozen=True)
class Asker:
    """Fetches each document once, from the hosts that the page names."""

    hosts: list[str]
    kept: dict[str, dict[str, Any]]

    def __call__(self, address: str) -> dict[str, Any]:
        """Raises NotFetched."""
        address = address.partition("#")[0]
        if address not in self.kept:
            self.kept[address] = self._fetched(address)
        return self.kept[address]

    def _fetched(self, address: str) -> dict[str, Any]:
        if not is_named(host_of(address), self.hosts):
            raise NotFetched("other_host", _plain(host_of(address)))
        try:
            answer = get(target_of(address, hosts=self.hosts), most=MOST_FETCHED)
        except (Forbidden, Unreachable, NoAnswer) as error:
            raise NotFetched("unreachable", type(error).__name__) from error
        if answer.status != 200:
            raise NotFetched("status", str(answer.status), is_gone=answer.status in GONE)
        try:
            return loads(answer.text)
        except BadBadge as bad:
            raise NotFetched("no_document") from bad


def badge(proof: Proof) -> Iterator[Finding]:
    """All that is found about it, each by its own name. What the badge says passes only where it is its issuer's."""
    found, rule = _read(proof), rule_of(proof.activity)
    if found is None or rule is None:
        yield Finding("badge_signature", UNKNOWN, "no_badge")
        return
    issuers = badge_issuers(rule.badge_issuers)
    ask = Asker(entries(rule.link_hosts), {})
    if found.token and found.facts is not None:
        facts = found.facts
        origin = _signature(found, facts, issuers, ask)
    else:
        try:
            facts = _hosted(found.address, ask)
        except NotFetched as not_fetched:
            yield Finding("badge_signature", UNKNOWN, not_fetched.said, not_fetched.detail)
            if not_fetched.is_gone:
                yield Finding("badge_status", FAILED, "badge_gone")
            return
        origin = _place(found.address, facts)
    yield origin
    for item in (
        _named("badge_issuer", facts.issuer in issuers, "other_issuer", facts.issuer),
        _course(facts, set(entries(rule.badge_achievements))),
        _recipient(proof, facts),
        _date(proof, facts),
        _status(found, facts, ask),
    ):
        is_hearsay = item.outcome == PASSED and origin.outcome != PASSED
        yield Finding(item.name, UNKNOWN, "hearsay") if is_hearsay else item


def _signature(found: Badge, facts: Facts, issuers: Mapping[str, set[str]], ask: Asker) -> Finding:
    """A key counts that the page names, or that is found where the issuer is; one that came with the badge is no proof of
    who signed it."""
    told: NotFetched | None = None
    sources: tuple[Callable[[], Iterator[Mapping[str, Any]]], ...] = (
        lambda: _own_keys(found, facts, issuers, ask),
        lambda: _named_keys(found, facts, issuers, ask),
    )
    is_known = False
    for source in sources:
        try:
            for key in source():
                is_known = True
                if is_signed_by(found.token, key):
                    return Finding("badge_signature", PASSED)
        except NotFetched as not_fetched:
            told = not_fetched
    if is_known:
        return Finding("badge_signature", FAILED, "badge_forged")
    if told is not None:
        return Finding("badge_signature", UNKNOWN, told.said, told.detail)
    return Finding("badge_signature", UNKNOWN, "key_unknown")


def _own_keys(found: Badge, facts: Facts, issuers: Mapping[str, set[str]], ask: Asker) -> Iterator[Mapping[str, Any]]:
    """The key in the token's header, if somebody other than the token says that it is the issuer's."""
    own = found.header.get("jwk")
    print_of_own = thumbprint(own) if isinstance(own, dict) else ""
    if not print_of_own:
        return
    if print_of_own in issuers.get(facts.issuer, ()):
        yield own  # type: ignore[misc]
    elif facts.issuer in issuers and (address := document_of(facts.issuer)):
        yield from (own for _name, key in keys_in(ask(address)) if thumbprint(key) == print_of_own)  # type: ignore[misc]


def _named_keys(
    found: Badge, facts: Facts, issuers: Mapping[str, set[str]], ask: Asker
) -> Iterator[Mapping[str, Any]]:
    """The key that the header names by its address: below the issuer's own, or the one that the page names for them."""
    name = found.header.get("kid")
    if not isinstance(name, str) or facts.issuer not in issuers:
        return
    address = document_of(name.partition("#")[0])
    if not address or not (is_below(name, facts.issuer) or name in issuers[facts.issuer]):
        return
    keys = list(keys_in(ask(address)))
    yield from (key for known_as, key in keys if len(keys) == 1 or known_as in (name, "#" + name.partition("#")[2]))


def _hosted(address: str, ask: Asker) -> Facts:
    """Raises NotFetched. The badge class is fetched as well where the assertion only names it."""
    assertion = ask(address)
    named = assertion.get("badge")
    badge_class = named if isinstance(named, dict) else ask(named) if isinstance(named, str) else {}
    if assertion.get("id") != address.partition("#")[0]:
        raise NotFetched("no_document")
    try:
        return facts_of_assertion(assertion, badge_class)
    except BadBadge as bad:
        raise NotFetched("no_document") from bad


def _place(address: str, facts: Facts) -> Finding:
    """Open Badges 2.0 lets an issuer keep assertions on the issuer's own host."""
    if host_of(address) == host_of(document_of(facts.issuer) or " "):
        return Finding("badge_signature", PASSED, "kept_by_issuer")
    return Finding("badge_signature", FAILED, "kept_by_other", _plain(host_of(address)))


def _named(name: str, is_one: bool, said: str, detail: str) -> Finding:
    return Finding(name, PASSED) if is_one else Finding(name, FAILED, said, _plain(detail))


def _plain(detail: str) -> str:
    """A stranger's word, as a database and a page take it."""
    return "".join(mark for mark in detail[:64] if mark.isprintable())


def _course(facts: Facts, wanted: set[str]) -> Finding:
    """Whoever failed, or is in the middle of it, may have a badge that says so."""
    if facts.achievements & wanted and (others := facts.results - {"Completed"}):
        return Finding("badge_course", FAILED, "badge_result", _plain(min(others)))
    return _named(
        "badge_course", bool(facts.achievements & wanted), "other_badge", min(facts.achievements, default="")
    )


def _recipient(proof: Proof, facts: Facts) -> Finding:
    kept = proof.person.merged_into_id or proof.person_id
    people = Person.objects.filter(Q(pk=kept) | Q(merged_into=kept))
    addresses = [address for pair in people.values_list("email", "personal_email") for address in pair]
    if is_given_to(facts.recipients, addresses):
        return Finding("badge_recipient", PASSED)
    if any(Person.objects.with_address(item.address).exists() for item in facts.recipients[:MOST_RECIPIENTS]):
        return Finding("badge_recipient", FAILED, "badge_of_other")
    return Finding("badge_recipient", UNKNOWN, "other_address" if facts.recipients else "no_recipient")


def _date(proof: Proof, facts: Facts) -> Finding:
    """A day's difference is the clock's: the badge says a moment, the person a day."""
    if facts.given_at is None:
        return Finding("badge_date", UNKNOWN, "no_date")
    day = facts.given_at.astimezone(proof.person.zone).date()
    if abs(day - proof.on) <= timedelta(days=1):
        return Finding("badge_date", PASSED)
    return Finding("badge_date", FAILED, "badge_date", day.isoformat())


def _status(found: Badge, facts: Facts, ask: Asker) -> Finding:
    if facts.is_revoked:
        return Finding("badge_status", FAILED, "badge_revoked")
    if facts.ends_at is not None and facts.ends_at < timezone.now():
        return Finding("badge_status", FAILED, "badge_ended", facts.ends_at.date().isoformat())
    status = found.credential.get("credentialStatus")
    if not status:
        return Finding("badge_status", PASSED)
    name = found.credential.get("id")
    if not name or not isinstance(status, dict) or status.get("type") != "1EdTechRevocationList":
        return Finding("badge_status", UNKNOWN, "status_kind")
    try:
        listed = ask(str(status.get("id", ""))).get("revokedCredential")
    except NotFetched as not_fetched:
        return Finding("badge_status", UNKNOWN, not_fetched.said, not_fetched.detail)
    if not isinstance(listed, list | dict):
        return Finding("badge_status", UNKNOWN, "no_document")
    items = listed if isinstance(listed, list) else [listed]
    is_listed = name in [item.get("id") if isinstance(item, dict) else item for item in items]
    return Finding("badge_status", FAILED, "badge_revoked") if is_listed else Finding("badge_status", PASSED)


def _read(proof: Proof) -> Badge | None:
    file = proof.files.order_by("-pk").first()
    if file is None or not storing_files.may_open(file):
        return None
    try:
        return read(storing_files.read(file.stored_as))
    except (OSError, BadBadge):
        return None
