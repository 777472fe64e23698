"""Pure: what a request says of a user, as cells of the people feed. Reads and writes no database."""

from __future__ import annotations

import re
from typing import Any

from scim2_models import Context, InvalidPathException, InvalidValueException

from lms.people.models import LANGUAGES
from lms.people.scim.resources import PERSON, TOLERANT, Email, Employment, EnterpriseUser, Name

KNOWN_LANGUAGES = {code for code, _ in LANGUAGES}
SCHEMAS = [str(part.__schema__) for part in (PERSON, EnterpriseUser, Employment)]
ENTERPRISE, EMPLOYMENT = SCHEMAS[1:]
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T.*", re.ASCII)
# The attribute that a reason of the feed, which names its column first, is about.
ATTRIBUTE_OF = {
    "number": "employeeNumber", "name": "displayName", "office": "department", "email": "emails",
    "personal_email": "emails", "category": "category", "joined_on": "joinedOn", "time": "timezone",
    "contract_ends_on": "contractEndsOn", "organisation": "organization", "the": "manager",
}  # fmt: skip


def filled(body: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The body, with what is ``known`` where it leaves something out. Upper and lower case of attributes are one."""
    result = dict(body)
    keys = {key.casefold(): key for key in body}
    for name, value in known.items():
        key = keys.get(name.casefold(), name)
        held = result.get(key)
        if isinstance(value, dict) and (held is None or isinstance(held, dict)):
            result[key] = filled(held or {}, value)
        elif held is None or held == "":
            result[key] = value
    return result


def held(body: Any, name: str) -> Any:
    """The attribute of that name, in whatever case it is spelt."""
    said = body.items() if isinstance(body, dict) else ()
    return next((value for key, value in said if key.casefold() == name.casefold()), None)


def displayed(body: dict[str, Any]) -> str | None:
    """What the name of a new person is made of where no displayName is sent."""
    name = held(body, "name")
    formatted, *parts = (held(name, part) for part in ("formatted", "givenName", "familyName"))
    joined = " ".join(part for part in parts if isinstance(part, str) and part)
    return formatted if isinstance(formatted, str) and formatted else joined or None


def user_from(body: dict[str, Any], known: dict[str, Any], context: Context) -> Any:
    """The user that a POST or PUT describes; what it leaves out is ``known``. Raises SCIMException, ValidationError."""
    body = {key: value for key, value in filled(body, known).items() if key.casefold() != "schemas"}
    user = PERSON.model_validate({**body, "schemas": SCHEMAS}, scim_ctx=context, scim_policy=TOLERANT)
    if user[Employment] is not None and user[Employment].unknown_attributes:
        unknown = ", ".join(sorted(user[Employment].unknown_attributes))
        raise InvalidValueException(detail=f"{EMPLOYMENT} has no attribute {unknown[:100]}.")
    return user


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def refuse_misspelt(operations: list[Any]) -> None:
    """Attributes of other schemas that nobody here needs are passed over, but a misspelt one of our own is told."""
    known = {PERSON.get_extension_models()[EMPLOYMENT]._scim_name(name).casefold() for name in Employment.model_fields}
    prefix = f"{EMPLOYMENT}:".casefold()
    for operation in operations:
        path, value = str(operation.path or ""), operation.value
        inner = value if path.casefold() == prefix[:-1] else held(value, prefix[:-1])
        said = [path, *_keys(value), *(f"{prefix}{key}" for key in _keys(inner))]
        for path in said:
            if path.casefold().startswith(prefix) and path[len(prefix) :].casefold() not in known:
                raise InvalidPathException(path=path, detail=f"{path[:200]} is not an attribute of this schema.")


def put_over(current: Any, said: Any) -> Any:
    """What a PUT means: its attributes count; those that it leaves out stay, as a column that a feed lacks."""
    result = current.model_copy(deep=True)
    for name in said.model_fields_set - {"schemas", "id", "meta", "groups"}:
        value = getattr(said, name)
        held = getattr(result, name)
        if isinstance(value, (EnterpriseUser, Employment, Name)) and held is not None:
            for inner in value.model_fields_set:
                setattr(held, inner, getattr(value, inner))
        else:
            setattr(result, name, value)
    return result


def name_of(before: Any, after: Any) -> str:
    """Whichever form of the name changed counts: the one displayed, the formatted one, the two parts."""
    parts = after.name or Name()
    joined = " ".join(part for part in (parts.given_name, parts.family_name) if part)
    if before is None:
        return str(after.display_name or parts.formatted or joined or "")
    old = before.name or Name()
    if after.display_name != before.display_name:
        return after.display_name or ""
    if parts.formatted and parts.formatted not in (old.formatted, before.display_name):
        return str(parts.formatted)
    if joined and (parts.given_name, parts.family_name) != (old.given_name, old.family_name):
        return joined if not parts.formatted or parts.formatted == old.formatted else str(parts.formatted)
    return before.display_name or ""


def language_of(before: Any, after: Any) -> str:
    """Said in two places, of which the one that changed counts. A language that the site has not: English."""
    core, own = after.preferred_language, after[Employment].language
    core_counts = core not in (None, "en") if before is None else core != before.preferred_language
    said = core if core_counts else own
    tag = (said or "en").lower().replace("_", "-")
    if tag.startswith("zh"):
        return "zh-hans"
    return tag if tag in KNOWN_LANGUAGES else next((code for code in (tag[:2],) if code in KNOWN_LANGUAGES), "en")


def address(emails: list[Email] | None, kind: str) -> str:
    """The address of that type, of several the primary one; one without a type counts as the organisation's."""
    mine = [email for email in emails or () if email.value and (email.type or "work").lower() == kind]
    primary = [email for email in mine if str(email.unknown_attributes.get("primary")).lower() == "true"]
    return str((primary or mine)[0].value) if mine else ""


def day(value: str | None) -> str:
    """A day; of a moment, as Entra ID sends one, the day that it names."""
    text = (value or "").strip()
    match = MOMENT.fullmatch(text)
    return match.group(1) if match else text


def cells(before: Any, after: Any) -> dict[str, str]:
    """The columns of the feed that do not need a look at who else is there."""
    enterprise, employment = after[EnterpriseUser], after[Employment]
    return {
        "number": (enterprise.employee_number or "").strip(),
        "name": name_of(before, after).strip(),
        "office": (enterprise.department or "").strip(),
        "organisation": (enterprise.organization or "").strip(),
        "category": (employment.category or "").strip(),
        "joined_on": day(employment.joined_on),
        "contract_ends_on": day(employment.contract_ends_on),
        "is_manager": "yes" if employment.is_manager else "no",
        "language": language_of(before, after),
        "time_zone": (after.timezone or "").strip(),
        "email": address(after.emails, "work").strip(),
        "personal_email": address(after.emails, "home").strip(),
    }


def refusal(reason: str) -> InvalidValueException:
    """A reason of the feed, led by the attribute that it is about."""
    attribute = ATTRIBUTE_OF.get(reason.partition(" ")[0])
    return InvalidValueException(detail=f"{attribute}: {reason}" if attribute else reason)
