"""Which people and offices a request asks for: filters with ``eq`` and ``and``, page by page (RFC 7644 section 3.4.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import F, Q
from scim2_models import InvalidFilterException, NotFoundException, SearchRequest
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from lms.people.models import Office, Person
from lms.people.querysets import PersonQuerySet
from lms.people.scim.representing import OFFICE_ID, PERSON_ID, key_of
from lms.people.scim.resources import MOST_RESULTS
from lms.people.scim.saying import ENTERPRISE

MOST_FILTER, MOST_START = 1000, 2_000_000_000
PARAMETERS = ("filter", "startIndex", "count", "attributes", "excludedAttributes", "sortBy", "sortOrder")
NOBODY = Q(pk=0)
Condition = Callable[[Any], Q]


def visible() -> PersonQuerySet:
    """Everybody but those whom a provider deleted and who have not come back since."""
    return Person.objects.filter(Q(provider_account__deleted_at=None) | Q(left_on=None))  # type: ignore[no-any-return]


def whole(people: PersonQuerySet) -> PersonQuerySet:
    """With all that ``user_of`` reads."""
    return people.select_related("office", "organisation", "provider_account")


def person(identity: str) -> PersonQuerySet:
    """The one person of that id, or nobody."""
    return visible().filter(pk=key_of(identity, PERSON_ID) or 0)


def office(identity: str) -> Office:
    """Raises NotFoundException."""
    found = Office.objects.filter(pk=key_of(identity, OFFICE_ID) or 0).first()
    if found is None:
        raise NotFoundException(detail="There is no group with that id.")
    return found  # type: ignore[no-any-return]


def by_user_name(value: str) -> Q:
    """What a provider calls them; people whom none has spoken of yet by their address, or their number."""
    if not value.strip():
        return NOBODY
    unspoken = Q(provider_account=None) | Q(provider_account__folded=None)
    own = Q(email__iexact=value) | Q(email="", number=value)
    return Q(provider_account__folded=value.strip().lower()) | unspoken & own


def by_address(value: str) -> Q:
    return Q(email__iexact=value) | Q(personal_email__iexact=value) if value else NOBODY


def request_of(parameters: dict[str, str], model: Any) -> Any:
    """Raises SCIMException, ValidationError."""
    if len(parameters.get("filter", "")) > MOST_FILTER:
        raise InvalidFilterException(detail=f"The filter is longer than {MOST_FILTER} characters.")
    return SearchRequest[model].model_validate({name: parameters[name] for name in PARAMETERS if name in parameters})


def page(found: Any, asked: Any) -> tuple[int, int, list[Any]]:
    """How many there are in all, the first index of the page, and the page."""
    start = min(asked.start_index or 1, MOST_START)
    count = min(MOST_RESULTS if asked.count is None else asked.count, MOST_RESULTS)
    return found.count(), start, list(found[start - 1 : start - 1 + count]) if count else []


def people(asked: Any, today: date) -> PersonQuerySet:
    """Raises InvalidFilterException."""
    left = Q(left_on__lte=today) | Q(left_on__lte=F("joined_on"))
    conditions: dict[str, Condition] = {
        "id": lambda value: Q(pk=key_of(value, PERSON_ID) or 0),
        "username": by_user_name,
        "externalid": lambda value: Q(provider_account__external_id=value) if value else NOBODY,
        "displayname": lambda value: Q(name__iexact=value),
        "emails": by_address,
        "emails.value": by_address,
        "active": lambda value: Q(left_on=None) | ~left if value is True else left,
        f"{ENTERPRISE}:employeenumber".casefold(): lambda value: Q(number=value),
        f"{ENTERPRISE}:department".casefold(): lambda value: Q(office__code=value),
    }
    return whole(visible().filter(_condition(asked.filter, conditions))).order_by("pk")


def offices(asked: Any) -> Any:
    """Raises InvalidFilterException."""
    member: Condition = lambda value: Q(people__in=visible().filter(pk=key_of(value, PERSON_ID) or 0))  # noqa: E731
    conditions: dict[str, Condition] = {
        "id": lambda value: Q(pk=key_of(value, OFFICE_ID) or 0),
        "displayname": lambda value: Q(code__iexact=value),
        "members": member,
        "members.value": member,
    }
    return Office.objects.filter(_condition(asked.filter, conditions)).order_by("pk")


def _condition(asked: Any, conditions: dict[str, Condition]) -> Q:
    return Q() if asked is None else _of(asked.ast, conditions)


def _of(node: FilterNode, conditions: dict[str, Condition]) -> Q:
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        found = Q()
        for term in node.terms:
            found &= _of(term, conditions)
        return found
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq:
        raise InvalidFilterException(detail="Filters may compare with eq, and join with and; others are not answered.")
    path = str(node.attr_path).casefold().removeprefix("urn:ietf:params:scim:schemas:core:2.0:user:")
    path = path.removeprefix("urn:ietf:params:scim:schemas:core:2.0:group:")
    if path not in conditions:
        raise InvalidFilterException(detail=f"Filters by {str(node.attr_path)[:200]} are not answered.")
    if isinstance(node.value, str) and "\x00" in node.value:
        return NOBODY  # a character that no database keeps
    if not isinstance(node.value, bool if path == "active" else str):
        raise InvalidFilterException(detail=f"{str(node.attr_path)[:200]} is not compared with a value of that kind.")
    return conditions[path](node.value)
