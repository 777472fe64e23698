"""Makes, changes and ends people on an identity provider's word, under the rules of the people feed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from scim2_models import Context, InvalidValueException, NotFoundException, UniquenessException
from wagtail.log_actions import log

from lms.conf import conf
from lms.people import feed
from lms.people.import_report import ImportReport
from lms.people.importing import put_people
from lms.people.models import LANGUAGES, Category, Office, Person
from lms.people.scim import finding, saying
from lms.people.scim.guarding import refuse_many_leavers, refuse_new_address_of_administrator
from lms.people.scim.models import ProviderAccount
from lms.people.scim.representing import PERSON_ID, account_of, is_active, key_of, user_name_of, user_of
from lms.people.scim.resources import EnterpriseUser

logger = logging.getLogger(__name__)
ACTION = "lms.person.provision"
TAKEN = "There is somebody with that {} already; ask for them with a filter and change them."


@dataclass(frozen=True)
class Word:
    """Who speaks (the token's name), on which day, and who sees to what is owed from then on."""

    by: str
    today: date
    assign: Callable[[list[int]], int]


def create(*, body: dict[str, Any], word: Word) -> Person:
    """A new person, or one whom the provider had deleted and brings back. Raises SCIMException, ValidationError."""
    known = _defaults(word.today) | {"displayName": saying.displayed(body)}
    with transaction.atomic():
        gone = _deleted(body)
        if gone is not None:
            known = _dumped(user_of(gone, word.today)) | {"active": True}
        said = saying.user_from(body, known, Context.RESOURCE_CREATION_REQUEST)
        if gone is not None:
            before = user_of(gone, word.today)
            return _write(gone, before, saying.put_over(before, said), word)
        return _write(None, None, said, word)


def change(*, identity: str, revise: Callable[[Any], Any], word: Word, check: Callable[[str], None]) -> Person:
    """Bring a person from what ``revise`` is given to what it answers. ``check`` sees the version before.

    Raises SCIMException, ValidationError.
    """
    with transaction.atomic():
        person = _locked(identity)
        before = user_of(person, word.today)
        check(before.meta.version)
        return _write(person, before, revise(before.model_copy(deep=True)), word)


def replaced(body: dict[str, Any]) -> Callable[[Any], Any]:
    """A PUT: what the body leaves out stays as it is."""

    def revise(current: Any) -> Any:
        said = saying.user_from(body, _dumped(current), Context.RESOURCE_REPLACEMENT_REQUEST)
        return saying.put_over(current, said)

    return revise


def delete(*, identity: str, word: Word, check: Callable[[str], None]) -> None:
    """The person leaves; the provider will not see them again unless they come back. Nothing is erased.

    Raises SCIMException.
    """
    with transaction.atomic():
        person = _locked(identity)
        check(user_of(person, word.today).meta.version)
        if is_active(person, word.today):
            refuse_many_leavers(word.today)
            day = max(word.today, person.joined_on)
            row = feed.PersonRow(
                line=0, number=person.number, name=person.name, office=person.office.code, category=person.category,
                joined_on=person.joined_on, left_on=day, values={"left_on": day.isoformat()},
            )  # fmt: skip
            put([row], word)
        account = account_of(person) or ProviderAccount(person=person, user_name=user_name_of(person)[:254])
        account.deleted_at, account.folded = timezone.now(), None
        account.save()
        log(person, ACTION, data={"deleted": True, "by": word.by})


def put(rows: list[feed.PersonRow], word: Word) -> ImportReport:
    """Through the feed's own door; who changed owes at once what the rules say. Raises UniquenessException."""
    report = ImportReport()
    offices = {office.code: office for office in Office.objects.all()}
    touched = put_people(rows, report, word.today, offices=offices, action=ACTION, by=word.by)
    if report.rejected:
        raise UniquenessException(detail=report.rejected[0].reason)
    for warning in report.warnings:
        logger.info("Provisioning by %s: %s", word.by, warning)
    if touched:
        word.assign(touched)
    return report


def _locked(identity: str) -> Person:
    found = finding.whole(finding.person(identity)).select_for_update(of=("self",)).first()
    if found is None:
        raise NotFoundException(detail="There is no user with that id.")
    return found  # type: ignore[no-any-return]


def _defaults(today: date) -> dict[str, Any]:
    return {
        "active": True,
        "preferredLanguage": "en",
        saying.ENTERPRISE: {"department": conf.SCIM_OFFICE or None},
        saying.EMPLOYMENT: {
            "category": conf.SCIM_CATEGORY or None, "joinedOn": today.isoformat(), "isManager": False, "language": "en",
        },
    }  # fmt: skip


def _dumped(user: Any) -> dict[str, Any]:
    """What a person has that a request need not repeat."""
    told: dict[str, Any] = user.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    required = ("userName", "displayName", "active", "preferredLanguage")
    return {name: told[name] for name in required} | {
        saying.ENTERPRISE: {name: told[saying.ENTERPRISE][name] for name in ("employeeNumber", "department")},
        saying.EMPLOYMENT: {
            name: told[saying.EMPLOYMENT][name] for name in ("category", "joinedOn", "isManager", "language")
        },
    }


def _deleted(body: dict[str, Any]) -> Person | None:
    """Whoever has the number that is said and is out of the provider's sight."""
    number = saying.held(saying.held(body, saying.ENTERPRISE), "employeeNumber")
    if not isinstance(number, str) or "\x00" in number:
        return None
    hidden = Person.objects.filter(number=number.strip()).exclude(pk__in=finding.visible().values("pk"))
    return finding.whole(hidden).select_for_update(of=("self",)).first()  # type: ignore[no-any-return]


def _write(person: Person | None, before: Any, after: Any, word: Word) -> Person:
    """Raises SCIMException."""
    values = saying.cells(before, after)
    if person is not None and values["number"] != person.number:
        values["former_number"] = person.number
    values["left_on"] = _left_on(person, after.active is not False, values, word.today)
    if person is not None:
        refuse_new_address_of_administrator(person, values["email"], values["personal_email"])
        if after.active is False and is_active(person, word.today):
            refuse_many_leavers(word.today)
    supervisor = _supervisor(before, after)
    if supervisor is not None:
        values["supervisor"] = supervisor
    account, renamed = _account(person, after)
    _refuse_taken(person, values["number"], account)
    row = _row(values)
    try:
        with transaction.atomic():
            put([row], word)
            made = Person.objects.get(number=row.number)
            account.person = made
            account.save()
            told: dict[str, Any] = (
                {"created": True} if person is None else {"account": sorted(renamed)} if renamed else {}
            )
            if told:
                log(made, ACTION, data=told | {"by": word.by})
    except IntegrityError as error:  # somebody else said the same at the same moment
        raise UniquenessException(detail=TAKEN.format("employee number or user name")) from error
    return finding.whole(Person.objects.filter(pk=made.pk)).get()  # type: ignore[no-any-return]


def _row(values: dict[str, str]) -> feed.PersonRow:
    try:
        return feed.person(
            0,
            values,
            offices=set(Office.objects.values_list("code", flat=True)),
            categories=set(Category.values),
            languages={code for code, _ in LANGUAGES},
        )
    except ValueError as reason:
        raise saying.refusal(str(reason)) from reason


def _left_on(person: Person | None, wanted: bool, values: dict[str, str], today: date) -> str:
    """Ending is from today on, or from the first day where that lies ahead; a day that was said before stays."""
    held = person.left_on.isoformat() if person is not None and person.left_on else ""
    if wanted:
        return held if person is not None and is_active(person, today) else ""
    joined = values["joined_on"]
    gone = held and (held <= today.isoformat() or held <= joined)
    return max(held if gone else today.isoformat(), joined)


def _supervisor(before: Any, after: Any) -> str | None:
    """The number of the manager named by id, number or user name; empty for none; None where nothing is to change."""
    manager = after[EnterpriseUser].manager
    held = before[EnterpriseUser].manager if before is not None else None
    if manager == held:
        return None
    value = (manager.value or "").strip() if manager is not None else ""
    if not value or "\x00" in value:
        return "" if manager is None else None
    key = key_of(value, PERSON_ID)
    for found in (
        finding.visible().filter(pk=key or 0),
        finding.visible().filter(number=value),
        finding.visible().filter(finding.by_user_name(value)),
    ):
        numbers = list(found.values_list("number", flat=True)[:2])
        if len(numbers) == 1:
            return str(numbers[0])
    logger.info("Provisioning: a manager is not known here; left as it was")
    return None


def _account(person: Person | None, after: Any) -> tuple[ProviderAccount, list[str]]:
    """Not saved yet; and which of its names are new."""
    renamed = []
    account = (account_of(person) if person is not None else None) or ProviderAccount()
    name = after.name
    told = {
        "user_name": ("userName", (after.user_name or "").strip(), 254),
        "external_id": ("externalId", after.external_id or "", 254),
        "given_name": ("name.givenName", (name.given_name if name else "") or "", 200),
        "family_name": ("name.familyName", (name.family_name if name else "") or "", 200),
    }
    for field, (attribute, value, most) in told.items():
        if max(len(value), len(value.lower())) > most or any(
            ord(character) < 32 or ord(character) == 127 for character in value
        ):
            raise InvalidValueException(detail=f"{attribute} is longer than {most} or holds a control character.")
        if getattr(account, field) != value:
            renamed.append(attribute)
        setattr(account, field, value)
    if not account.user_name:
        raise InvalidValueException(detail="userName is empty.")
    account.folded, account.deleted_at = account.user_name.lower(), None
    return account, renamed


def _refuse_taken(person: Person | None, number: str, account: ProviderAccount) -> None:
    """Nobody is ever made one with somebody else because of a name or an address (TRUST 3.4)."""
    mine = person.pk if person is not None else 0
    if Person.objects.filter(number=number).exclude(pk=mine).exists():
        raise UniquenessException(attribute="employeeNumber", detail=TAKEN.format("employeeNumber"))
    if finding.visible().filter(finding.by_user_name(account.user_name)).exclude(pk=mine).exists():
        raise UniquenessException(attribute="userName", detail=TAKEN.format("userName"))
