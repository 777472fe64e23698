"""What standings and the conditions of an audience are called where people read them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lms.dates import day as in_words
from lms.people.models import Category, Office, Organisation
from lms.requirements.audiences import Clause, Condition, conditions, day
from lms.requirements.standing import Standing

STANDINGS = {
    Standing.COMPLETE: _("Complete"),
    Standing.EXPIRING: _("To renew"),
    Standing.DUE: _("To do"),
    Standing.OVERDUE: _("Overdue"),
    Standing.EXPIRED: _("Expired"),
    Standing.WAIVED: _("Waived"),
}


def audience_in_words(clauses: Sequence[Clause]) -> str:
    """Whom a rule covers: all of these must hold. A query each for the offices and the partners that it names."""
    names = _names(clauses)
    if not clauses:
        return gettext("all personnel but partner staff")
    return "; ".join(_said_of_all(clause, names) for clause in clauses)


def _said_of_all(clause: Clause, names: dict[str, str]) -> str:
    said = [_said(item, names) for item in clause.conditions]
    if len(said) == 1:
        return said[0]
    return gettext("at least one of: %(these)s") % {"these": gettext(" or ").join(said)}


def _names(clauses: Sequence[Clause]) -> dict[str, str]:
    offices = [item.value["office"] for item in conditions(clauses) if item.kind == "office"]
    partners = [
        item.value["code"] for item in conditions(clauses) if item.kind == "organisation" and item.value["code"]
    ]
    found = dict(Office.objects.filter(code__in=offices).values_list("code", "name")) if offices else {}
    return found | (
        dict(Organisation.objects.filter(code__in=partners).values_list("code", "name")) if partners else {}
    )


def _said(condition: Condition, names: dict[str, str]) -> str:
    says = _says(condition, names)
    return gettext("not: %(condition)s") % {"condition": says} if condition.opposite else says


def _says(condition: Condition, names: dict[str, str]) -> str:
    value = condition.value
    match condition.kind:
        case "category":
            return ", ".join(str(Category(code).label) for code in value["categories"])
        case "office":
            return gettext("at %(office)s and below") % {"office": names.get(value["office"], value["office"])}
        case "manager":
            return gettext("who manage others")
        case "joined":
            first, last = day(value.get("first")), day(value.get("last"))
            if first and last:
                return gettext("who joined from %(first)s to %(last)s") % {
                    "first": in_words(first),
                    "last": in_words(last),
                }
            if first:
                return gettext("who joined on or after %(day)s") % {"day": in_words(first)}
            return gettext("who joined on or before %(day)s") % {"day": in_words(last)}
        case "not_yet_joined":
            return gettext("who have not joined yet")
        case "contract":
            days = value["days"]
            return ngettext(
                "with a contract of at least %(n)d day", "with a contract of at least %(n)d days", days
            ) % {"n": days}
        case "organisation":
            return names.get(value["code"], value["code"]) if value.get("code") else gettext("partner staff")
    raise ValueError(f"no condition is called {condition.kind!r}")
