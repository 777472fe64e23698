"""Pure: the people of the demo as the feed's own files, from one seed, so that they come in the way HR's do."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any

from lms.people.feed import OFFICE_COLUMNS, OPTIONAL, REQUIRED
from lms.site.demo_organisation.names import partner_names, person_name
from lms.site.demo_organisation.offices import DemoOffice, offices

SEED = 20261123
CATEGORIES = {"FTA": 1393, "TA": 175, "JPO": 62, "SC": 992, "SSA": 697, "UNV": 292, "INT": 163, "SEC": 40}
COLUMNS = (*REQUIRED, *OPTIONAL)
HOME = "WCA-SN"
JOINER, COLLEAGUE, LEARNER, SUPERVISOR, HEAD, HR, AUTHOR = (f"P0400{n}" for n in range(1, 8))
FOCAL_POINT = "X00001"
PARTNER_PEOPLE = 120
Row = dict[str, Any]


def office_file() -> bytes:
    rows = [{name: getattr(office, name) for name in OFFICE_COLUMNS} for office in offices()]
    return as_csv(OFFICE_COLUMNS, rows)


def people_file(*, people: int, today: date) -> bytes:
    rng = random.Random(SEED)
    rows = cast(today) + crowd(rng, people, today) + partners(rng, people, today)
    return as_csv(COLUMNS, rows)


def as_csv(columns: tuple[str, ...], rows: list[Row]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def cast(today: date) -> list[Row]:
    """The people of the demo's story; their numbers are the same whatever PEOPLE is."""

    def row(number: str, name: str, office: str, joined: date, **more: Any) -> Row:
        address = f"{name.lower().replace(' ', '.')}@example.org"
        return {"number": number, "name": name, "office": office, "category": "FTA", "joined_on": joined.isoformat(),
                "email": address, "language": "en", **more}  # fmt: skip

    years = [today - timedelta(days=365 * n + 40) for n in range(6)]
    return [
        row(JOINER, "Amina Sow", HOME, today + timedelta(days=14), email="", personal_email="amina.sow@example.net",
            supervisor=SUPERVISOR),
        row(COLLEAGUE, "Bruno Faye", HOME, today - timedelta(days=31), language="fr", category="SC",
            supervisor=SUPERVISOR),
        row(LEARNER, "Carla Mendy", HOME, years[0] + timedelta(days=4), supervisor=SUPERVISOR),
        row(SUPERVISOR, "Djibril Kane", HOME, years[3], is_manager="yes", supervisor=HEAD),
        row(HEAD, "Elena Novak", HOME, years[4], is_manager="yes", head_of_office="yes"),
        row(HR, "Farid Haddad", "HQ-HRS", years[2]),
        row(AUTHOR, "Grace Odhiambo", "HQ-LEG", years[1]),
    ]  # fmt: skip


def crowd(rng: random.Random, people: int, today: date) -> list[Row]:
    """Everybody else: by office and category in the usual shares, with joiners, leavers and people on leave."""
    places = [office for office in offices() if office.weight]
    rows: list[Row] = []
    chosen = rng.choices(places, weights=[place.weight for place in places], k=max(0, people - len(cast(today))))
    first_of: dict[str, str] = dict.fromkeys((HOME,), HEAD)
    for n, office in enumerate(chosen, 1):
        number = f"P{n:05}" if n < 4000 else f"P{n + 10:05}"
        row = _person(rng, number, office, today)
        if office.code not in first_of and not row.get("left_on"):
            row |= {
                "is_manager": "yes",
                "head_of_office": "yes",
                "leave_from": "",
                "leave_until": "",
                "category": "FTA",
            }
            row["joined_on"] = min(row["joined_on"], (today - timedelta(days=400)).isoformat())
            first_of[office.code] = number
        else:
            row["supervisor"] = first_of.get(office.code, "")
        rows.append(row)
    return rows


def _person(rng: random.Random, number: str, office: DemoOffice, today: date) -> Row:
    name = person_name(rng)
    joined = today - timedelta(days=int(rng.triangular(-20, 2400, 300)))
    category = rng.choices(list(CATEGORIES), weights=list(CATEGORIES.values()))[0]
    row: Row = {
        "number": number, "name": name, "office": office.code, "category": category, "joined_on": joined.isoformat(),
        "email": f"{name.lower().replace(' ', '.')}.{number[1:].lstrip('0')}@example.org",
        "language": office.language if rng.random() < 0.7 else "en",
        "is_manager": "yes" if rng.random() < 0.12 and category in ("FTA", "TA", "SC") else "no",
    }  # fmt: skip
    if joined > today:
        row |= {"email": "", "personal_email": f"{name.lower().replace(' ', '.')}.{number[1:]}@example.net"}
    elif rng.random() < 0.02 and joined < today - timedelta(days=120):
        row["left_on"] = (today - timedelta(days=rng.randrange(1, 110))).isoformat()
    elif rng.random() < 0.012:
        begin = today - timedelta(days=rng.randrange(5, 60))
        row |= {"leave_from": begin.isoformat(), "leave_until": (begin + timedelta(days=120)).isoformat()}
    return row


def partners(rng: random.Random, people: int, today: date) -> list[Row]:
    """Partner staff with names and addresses only; the first is the focal point of the demo account."""
    names = partner_names()
    places = [office.code for office in offices() if office.kind == "country"]
    rows: list[Row] = []
    for n in range(min(PARTNER_PEOPLE, max(len(names), people // 30))):
        name = "Hamidou Ba" if n == 0 else person_name(rng)
        rows.append(
            {
                "number": f"X{n + 1:05}", "name": name, "category": "PARTNER", "joined_on": today.replace(month=1, day=1),
                "office": HOME if n == 0 else places[n % len(places)], "organisation": f"PP{n % len(names) + 1:03}",
                "email": f"{name.lower().replace(' ', '.')}.x{n + 1}@example.com", "language": "fr" if n == 0 else "en",
            }
        )  # fmt: skip
    return rows
