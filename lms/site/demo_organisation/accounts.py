"""The accounts and tokens of the demo, with passwords made anew for each demo and kept in var/demo.json."""

from __future__ import annotations

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.urls import reverse

from courses.loading import AUTHORS
from lms.conf import conf
from lms.lrs.models import Credential, Scope
from lms.people.groups import FACILITATORS, HEADS, HR, ensure_groups
from lms.people.inviting import InvitationNotUsable, find, invite
from lms.people.models import Office, OfficeAccess, Person
from lms.requirements.approving import ensure_workflow
from lms.site.demo_organisation import partners, population
from lms.tokens.models import AccessToken

ROLES = {
    "joiner": population.JOINER,
    "learner": population.LEARNER,
    "supervisor": population.SUPERVISOR,
    "head_of_office": population.HEAD,
    "hr": population.HR,
    "hr_officer": population.HR_OFFICER,
    "author": population.AUTHOR,
    "partner_focal_point": population.FOCAL_POINT,
}


def open_accounts(path: Path, *, today: date) -> None:
    """Make what is missing, and write the file. The joiner has no account yet, but the link that makes one."""
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    ensure_workflow(ensure_groups()[HR])
    partners.lay_down(today)
    accounts: dict[str, Any] = known.get("accounts", {})
    people = {
        person.number: person
        for person in Person.objects.filter(number__in=ROLES.values()).select_related("user", "office")
    }
    for role, number in ROLES.items():
        person = people[number]
        is_new = role not in accounts
        account = accounts.setdefault(
            role, {"username": number, "password": password(), "person": number, "name": person.name}
        )
        if role != "joiner":
            _open(person, account, is_new=is_new)
        elif person.user is None:
            account["invitation"] = _invitation(person, account.get("invitation", ""))
        else:
            account.pop("invitation", None)
            account["username"] = person.user.get_username()
            if not person.user.check_password(account["password"]):
                account["password"] = ""  # the one that was chosen at the invitation; nobody else knows it
    _open_admin(accounts)
    _give_rights(people)
    write(path, {**known, "accounts": accounts, "tokens": _tokens(known.get("tokens", {}))})


def _open_admin(accounts: dict[str, Any]) -> None:
    is_new = "admin" not in accounts
    account = accounts.setdefault(
        "admin", {"username": "admin", "password": password(), "person": "", "name": "Administrator"}
    )
    admin = User.objects.filter(username="admin").first()
    if admin is None:
        User.objects.create_superuser("admin", password=account["password"])
    elif is_new:
        admin.set_password(account["password"])
        admin.save(update_fields=["password"])


def password() -> str:
    """Long enough for production's rules, short enough to type."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _invitation(person: Person, link: str) -> str:
    """The link of the run before while it works, at the address that the site has now; else a new one."""
    token = link.rstrip("/").rpartition("/")[2]
    try:
        find(token)
    except InvitationNotUsable:
        return invite(person=person)
    return conf.SITE_URL + reverse("lms:invitation", args=[token])


def _open(person: Person, account: dict[str, str], *, is_new: bool) -> None:
    """Make the account; where it is there but the file with its password was lost, give it the new one."""
    if person.user is not None:
        if is_new:
            person.user.set_password(account["password"])
            person.user.save(update_fields=["password"])
        return
    person.user = User.objects.create_user(
        account["username"], person.address, account["password"], first_name=person.name
    )
    person.save(update_fields=["user"])


def _give_rights(people: dict[str, Person]) -> None:
    for number, group in (
        (population.HR, HR), (population.HR_OFFICER, HR), (population.HEAD, HEADS), (population.AUTHOR, AUTHORS),
        (population.SUPERVISOR, FACILITATORS),
    ):  # fmt: skip
        user = people[number].user
        assert user is not None
        user.groups.add(Group.objects.get(name=group))
    for number in (population.HR, population.HR_OFFICER):
        OfficeAccess.objects.get_or_create(user=people[number].user, office=Office.get_first_root_node())


def _tokens(known: dict[str, Any]) -> dict[str, Any]:
    """Those of the file while the database knows them: it may have been made anew since."""
    clearance = AccessToken.hash_token(known.get("clearance", ""))
    if not AccessToken.objects.filter(token_hash=clearance, is_active=True).exists():
        known["clearance"] = AccessToken.issue(name="Demo: access control")
    records = Credential.objects.filter(key=known.get("records", {}).get("key"), is_active=True).first()
    if records is None or not records.matches(known["records"]["secret"]):
        credential, secret = Credential.issue(name="Demo: a learning system", scopes=[Scope.WRITE, Scope.READ])
        known["records"] = {"key": credential.key, "secret": secret}
    return known


def write(path: Path, told: dict[str, Any]) -> None:
    """Only the owner may read the file: it holds passwords."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(told, indent=1, ensure_ascii=False))
    fresh.replace(path)
