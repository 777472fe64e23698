"""What a provisioning token may not do by itself: send everybody away, empty an office, take over the site."""

from __future__ import annotations

from datetime import date

from scim2_models import ForbiddenException, InvalidValueException

from lms.conf import conf
from lms.people.feed_safety import Share
from lms.people.models import Person
from lms.people.scim.models import ProviderAccount


def refuse_many_leavers(today: date) -> None:
    """As many leave in a day as a feed may make leave without somebody's word. Raises ForbiddenException."""
    gone = ProviderAccount.objects.filter(person__left_on=today).count()
    employed = Person.objects.employed(today).count() + gone
    share = Share(gone + 1, employed, conf.FEED_MOST_LEAVERS_PERCENT, "people would have left today")
    if share.is_too_much(conf.FEED_FEWEST_TO_ASK):
        raise ForbiddenException(detail=f"{share} Try again tomorrow, or let HR's feed say it and confirm.")


def refuse_new_address_of_administrator(person: Person, email: str, personal_email: str) -> None:
    """Links that let in go to the address: whoever holds a token could have one of an administrator sent to themselves.

    Raises ForbiddenException.
    """
    if (email, personal_email) == (person.email, person.personal_email):
        return
    if person.user is not None and person.user.is_superuser:
        raise ForbiddenException(detail="emails: the addresses of an administrator are changed by HR's feed only.")


def refuse_many_movers(going: int, today: date) -> None:
    """A group that was emptied by mistake must not empty an office. Raises InvalidValueException."""
    employed = Person.objects.employed(today).count()
    share = Share(going, employed, conf.FEED_MOST_MOVERS_PERCENT, "people would leave this office")
    if share.is_too_much(conf.FEED_FEWEST_TO_ASK):
        raise InvalidValueException(detail=f"{share} Take them out in parts, or through HR's feed.")
