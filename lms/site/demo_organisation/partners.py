"""The demo's partners: names, and an agreement each."""

from __future__ import annotations

from datetime import date

from lms.partners.models import Agreement
from lms.people.models import Organisation, Person
from lms.site.demo_organisation.names import partner_names


def lay_down(today: date) -> None:
    """Partners get their names and an agreement each; the feed knows their codes only."""
    for n, name in enumerate(partner_names(), 1):
        code = f"PP{n:03}"
        organisation, _ = Organisation.objects.update_or_create(code=code, defaults={"name": name})
        contact = Person.objects.filter(organisation=organisation).select_related("office").order_by("number").first()
        if contact is not None:
            agreement, is_new = Agreement.objects.get_or_create(
                reference=f"AG-{today.year}-{n:03}",
                defaults={
                    "organisation": organisation, "office": contact.office,
                    "starts_on": today.replace(month=1, day=1),
                },
            )  # fmt: skip
            if is_new:
                agreement.focal_points.add(contact)
