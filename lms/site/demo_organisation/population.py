"""Pure: the people of the demo as the feed's own files, from one seed, so that they come in the way HR's do."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any, NamedTuple

from lms.people.feed import OFFICE_COLUMNS, OPTIONAL, REQUIRED
from lms.site.demo_organisation.names import Names, mailbox, partner_names
from lms.site.demo_organisation.offices import offices

SEED = 20261123
COLUMNS = (*REQUIRED, *OPTIONAL)
HOME = "WCA-SN"
JOINER, COLLEAGUE, LEARNER, SUPERVISOR, HEAD, HR, AUTHOR, EXPIRED, WAIVED = (f"P0400{n}" for n in range(1, 10))
HR_OFFICER = "P04010"
CAST_NUMBERS = range(4001, 4100)  # kept free for the cast, so that its numbers do not hang on PEOPLE
FOCAL_POINT = "X00001"
PARTNER_SHARE = 120 / 3800
MANAGER_SHARE, JOINER_SHARE, LEAVER_SHARE, LEAVE_SHARE = 0.18, 0.012, 0.022, 0.012
Row = dict[str, Any]


class Contract(NamedTuple):
    """How many there are of a category, for how many days the longest have been here, how long a contract runs."""

    share: int
    longest: int
    term: int
    manages: bool = False


CONTRACTS = {
    "FTA": Contract(1393, 3200, 730, manages=True), "TA": Contract(175, 600, 364, manages=True),
    "JPO": Contract(62, 800, 730), "SC": Contract(992, 2000, 365, manages=True), "SSA": Contract(697, 900, 330),
    "UNV": Contract(292, 900, 365), "INT": Contract(163, 170, 180), "SEC": Contract(40, 900, 365),
}  # fmt: skip


def office_file() -> bytes:
    rows = [{name: getattr(office, name) for name in OFFICE_COLUMNS} for office in offices()]
    return as_csv(OFFICE_COLUMNS, rows)


def people_file(*, people: int, today: date) -> bytes:
    """``people`` rows, partner staff included; at least the cast."""
    rng = random.Random(SEED)
    names = Names(rng)
    named = cast(today)
    outside = partners(names, max(2, round(people * PARTNER_SHARE)), today)
    rows = named + crowd(rng, names, max(0, people - len(named) - len(outside)), today)
    report_to(rng, rows)
    return as_csv(COLUMNS, rows + outside)


def as_csv(columns: tuple[str, ...], rows: list[Row]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def cast(today: date) -> list[Row]:
    """The people of the demo's story; their numbers are the same whatever PEOPLE is."""

    def row(number: str, name: str, office: str, days_ago: int, **more: Any) -> Row:
        joined = today - timedelta(days=days_ago)
        ends = contract_end(joined, 730, today) if days_ago > 0 else joined + timedelta(days=730)
        return {"number": number, "name": name, "office": office, "category": "FTA", "joined_on": joined.isoformat(),
                "email": f"{mailbox(name)}@example.org", "language": "en", "is_manager": "no",
                "contract_ends_on": ends.isoformat(), **more}  # fmt: skip

    return [
        row(JOINER, "Amina Sow", HOME, -14, email="", personal_email="amina.sow@example.net", supervisor=SUPERVISOR),
        row(COLLEAGUE, "Bruno Faye", HOME, 31, language="fr", category="SC", supervisor=SUPERVISOR),
        row(LEARNER, "Carla Mendy", HOME, 36, supervisor=SUPERVISOR),
        row(SUPERVISOR, "Djibril Kane", HOME, 1135, is_manager="yes", supervisor=HEAD),
        row(HEAD, "Elena Novak", HOME, 1500, is_manager="yes", head_of_office="yes"),
        row(HR, "Farid Haddad", "HQ-HRS", 770),
        row(AUTHOR, "Grace Odhiambo", "HQ-LEG", 405),
        row(EXPIRED, "Ibou Ndao", HOME, 850, language="fr", category="SC", supervisor=SUPERVISOR),
        row(WAIVED, "Julia Mbengue", HOME, 300, category="UNV", supervisor=SUPERVISOR),
        row(HR_OFFICER, "Karen Lindholm", "HQ-HRS", 1900),
    ]


def crowd(rng: random.Random, names: Names, people: int, today: date) -> list[Row]:
    """Everybody else: by office and category in the usual shares. The first of an office heads it."""
    places = [office for office in offices() if office.weight]
    chosen = rng.choices(places, weights=[place.weight for place in places], k=people)
    shares = [contract.share for contract in CONTRACTS.values()]
    headed = {HOME}
    rows: list[Row] = []
    number = 0
    for office in chosen:
        number = number + 1 if number + 1 not in CAST_NUMBERS else CAST_NUMBERS.stop
        heads = office.code not in headed
        headed.add(office.code)
        category = "FTA" if heads else rng.choices(list(CONTRACTS), weights=shares)[0]
        name = names.draw(office.code.split("-")[0])
        row: Row = {
            "number": f"P{number:05}", "name": name, "office": office.code, "category": category,
            "email": f"{mailbox(name)}.{number}@example.org", "head_of_office": "yes" if heads else "",
            "language": office.language if rng.random() < 0.7 else "en",
            "is_manager": "yes" if heads or manages(rng, category) else "no",
            "time_zone": rng.choice(places).time_zone if category == "SSA" and rng.random() < 0.05 else "",
        }  # fmt: skip
        rows.append(row | (settled(rng, today) if heads else years(rng, row, today)))
    return rows


def manages(rng: random.Random, category: str) -> bool:
    return CONTRACTS[category].manages and rng.random() < MANAGER_SHARE


def settled(rng: random.Random, today: date) -> Row:
    """Heads of office are neither new nor away."""
    joined = today - timedelta(days=rng.randrange(400, 3000))
    return {"joined_on": joined.isoformat(), "contract_ends_on": contract_end(joined, 730, today).isoformat()}


def years(rng: random.Random, row: Row, today: date) -> Row:
    """When the person joined, and what follows: some join soon, some have left, some are away for months."""
    contract = CONTRACTS[row["category"]]
    kind = rng.random()
    if kind < JOINER_SHARE:
        joined = today + timedelta(days=rng.randrange(1, 43))
        ends = joined + timedelta(days=contract.term)
        address = {"email": "", "personal_email": row["email"].replace("example.org", "example.net")}
        return {"joined_on": joined.isoformat(), "contract_ends_on": ends.isoformat(), **address}
    days = int(rng.triangular(1, contract.longest, contract.longest / 8))
    joined = today - timedelta(days=days)
    ends = contract_end(joined, contract.term, today)
    found = {"joined_on": joined.isoformat(), "contract_ends_on": ends.isoformat()}
    if days > 130 and kind < JOINER_SHARE + LEAVER_SHARE:
        left = today - timedelta(days=rng.randrange(1, 120))
        return found | {"left_on": left.isoformat(), "contract_ends_on": left.isoformat()}
    if days > 130 and kind < JOINER_SHARE + LEAVER_SHARE + LEAVE_SHARE:
        begin = today - timedelta(days=rng.randrange(5, 60))
        until = begin + timedelta(days=120)
        return found | {"leave_from": begin.isoformat(), "leave_until": until.isoformat()}
    return found


def contract_end(joined: date, term: int, today: date) -> date:
    """The end of the contract that runs today."""
    return joined + timedelta(days=term * ((today - joined).days // term + 1))


def report_to(rng: random.Random, rows: list[Row]) -> None:
    """People report to a manager of their office, managers to its head, a head to the head of the office above."""
    above = {office.code: office.parent for office in offices()}
    staying = [row for row in rows if not row.get("left_on")]
    heads = {row["office"]: row["number"] for row in staying if row.get("head_of_office") == "yes"}
    managers: dict[str, list[str]] = {}
    for row in staying:
        if row["is_manager"] == "yes" and row["number"] not in heads.values():
            managers.setdefault(row["office"], []).append(row["number"])
    for row in rows:
        if row.get("supervisor"):
            continue
        office = row["office"]
        if row["number"] == heads.get(office):
            office = above[office]
            while office and office not in heads:
                office = above[office]
            # The heads of region answer to the Executive Office; its own head answers to nobody here.
            chief = heads.get("HQ-OED", "")
            row["supervisor"] = heads.get(office, chief if chief != row["number"] else "")
        elif row["is_manager"] == "yes" or office not in managers:
            row["supervisor"] = heads.get(office, "")
        else:
            row["supervisor"] = rng.choice(managers[office])


def partners(names: Names, count: int, today: date) -> list[Row]:
    """Partner staff with names and addresses only; the first is the focal point of the demo account."""
    organisations = partner_names()
    places = [office.code for office in offices() if office.kind == "country"]
    rows: list[Row] = []
    for n in range(count):
        office = HOME if n == 0 else places[n % len(places)]
        name = "Hamidou Ba" if n == 0 else names.draw(office.split("-")[0])
        rows.append(
            {
                "number": f"X{n + 1:05}", "name": name, "category": "PARTNER", "office": office,
                "joined_on": today.replace(month=1, day=1).isoformat(), "is_manager": "no",
                "organisation": f"PP{n % len(organisations) + 1:03}",
                "email": f"{mailbox(name)}.x{n + 1}@example.com", "language": "fr" if n == 0 else "en",
            }
        )  # fmt: skip
    return rows
