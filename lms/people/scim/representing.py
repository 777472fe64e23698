"""People and offices as SCIM resources, with their versions (RFC 7644 section 3.14)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

from scim2_models import Meta

from lms.conf import conf
from lms.people.models import Office, Person
from lms.people.scim.models import ProviderAccount
from lms.people.scim.resources import (
    PERSON,
    Email,
    Employment,
    EnterpriseUser,
    Group,
    Manager,
    Member,
    Membership,
    Name,
)

# Not the UUID by which statements name a person: an identity provider has no business following what people learn. And
# no number of the HR system looks like this, so a manager may be named by either.
PERSON_ID, OFFICE_ID = "person~", "office~"


def key_of(identity: str, prefix: str) -> int | None:
    """The primary key behind an id; None where it is not one of ours."""
    rest = identity.removeprefix(prefix)
    known = rest != identity and rest.isascii() and rest.isdigit() and len(rest) < 19 and not rest.startswith("0")
    return int(rest) if known else None


def account_of(person: Person) -> ProviderAccount | None:
    found: ProviderAccount | None = getattr(person, "provider_account", None)
    return found


def is_active(person: Person, today: date) -> bool:
    """Has not left, and will come: who leaves on the first day never did."""
    return person.left_on is None or (person.left_on > today and person.left_on > person.joined_on)


def user_name_of(person: Person) -> str:
    account = account_of(person)
    return account.user_name if account is not None and account.folded else person.email or person.number


def at(kind: str, identity: str) -> Any:
    """Where a resource is."""
    return f"{conf.SITE_URL}/scim/v2/{kind}/{identity}"


def user_of(person: Person, today: date) -> Any:
    """Costs no query when office, organisation, supervisor and provider_account were selected."""
    account = account_of(person)
    identity, office = f"{PERSON_ID}{person.pk}", f"{OFFICE_ID}{person.office_id}"
    user = PERSON(
        id=identity,
        external_id=account.external_id or None if account else None,
        user_name=user_name_of(person),
        name=_name_of(person, account),
        display_name=person.name,
        active=is_active(person, today),
        emails=_emails_of(person) or None,
        preferred_language=person.language,
        timezone=person.time_zone or None,
        groups=[Membership(value=office, ref=at("Groups", office), display=person.office.code)],
    )
    user[EnterpriseUser] = EnterpriseUser(
        employee_number=person.number,
        organization=person.organisation.code if person.organisation else None,
        department=person.office.code,
        manager=_manager_of(person),
    )
    user[Employment] = Employment(
        category=person.category,
        joined_on=person.joined_on.isoformat(),
        contract_ends_on=person.contract_ends_on.isoformat() if person.contract_ends_on else None,
        is_manager=person.is_manager,
        language=person.language,
    )
    user.meta = Meta(
        resource_type="User", location=at("Users", identity), version=_version(user.model_dump_json()),
        created=account.created_at if account else None, last_modified=account.changed_at if account else None,
    )  # fmt: skip
    return user


def _name_of(person: Person, account: ProviderAccount | None) -> Name | None:
    if account is None or not (account.given_name or account.family_name):
        return None
    given, family = account.given_name or None, account.family_name or None
    return Name(formatted=person.name, given_name=given, family_name=family)


def _emails_of(person: Person) -> list[Email]:
    told = (("work", person.email), ("home", person.personal_email))
    return [Email(value=value, type=kind) for kind, value in told if value]


def _manager_of(person: Person) -> Manager | None:
    if person.supervisor_id is None:
        return None
    identity = f"{PERSON_ID}{person.supervisor_id}"
    return Manager(value=identity, ref=at("Users", identity))


def group_of(office: Office, members: Iterable[Person] | None) -> Group:
    """``members`` is None where they are not asked for; then there is no version either."""
    identity = f"{OFFICE_ID}{office.pk}"
    group = Group(id=identity, display_name=office.code)
    meta = Meta(resource_type="Group", location=at("Groups", identity))
    if members is not None:
        group.members = [_member(person) for person in members]
        meta.version = _version(group.model_dump_json())
    group.meta = meta
    return group


def _member(person: Person) -> Member:
    identity = f"{PERSON_ID}{person.pk}"
    return Member(value=identity, ref=at("Users", identity), type="User", display=person.name)


def _version(text: str) -> str:
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
