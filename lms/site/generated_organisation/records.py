"""What everybody owed, cycle by cycle, and the proof of it: the rows that refresh, ledger and projection would have left.

``lives`` is worked out first, one cycle of everybody at a time; statements, ledger and assignments are copied from it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from lms.hash_chain import START
from lms.lrs import vocabulary as v
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.recording import authority_text, home_page
from lms.requirements.models import Requirement
from lms.site.generated_organisation.filling import bare, number_on, remember_all, remembered_tables
from lms.site.generated_organisation.rules import MONTHS, WINDOW_DAYS

TABLES = ["lms_statement", "lms_completion", "lms_assignment", "lms_waiver"]
LATEST_DAYS = 60
CYCLE_DAYS = 364 - WINDOW_DAYS
"""The shortest time from the opening of a cycle to that of the next."""
NEVER_SHARE = 0.03

LIVES = """
CREATE TEMP TABLE lives (person_id bigint, requirement_id bigint, cycle int, opened_on date, carried_until date,
    completed_on date, valid_until date, renew_from date, ended_on date, ended_because text) ON COMMIT DROP
"""
FIRST = f"""
SELECT p.id AS person_id, r.id AS requirement_id, p.left_on, NULL::date AS carried_until,
       greatest(
           least(p.joined_on, %(today)s), %(today)s::date + 1 - %(days)s + (random() * {CYCLE_DAYS - 1})::int
       ) AS opened_on
FROM lms_person p, unnest(%(requirements)s::bigint[]) AS r (id)
"""  # noqa: S608
NEXT = """
SELECT l.person_id, l.requirement_id, p.left_on, l.valid_until AS carried_until, l.renew_from AS opened_on
FROM lives l JOIN lms_person p ON p.id = l.person_id
WHERE l.cycle = %(cycle)s - 1 AND l.ended_because = 'renewed'
"""
CYCLE = f"""
INSERT INTO lives
SELECT person_id, requirement_id, %(cycle)s, opened_on, carried_until, completed_on, valid_until, renew_from,
       CASE WHEN renewed THEN renew_from WHEN left_on <= %(today)s THEN greatest(left_on, opened_on) END,
       CASE WHEN renewed THEN 'renewed' WHEN left_on <= %(today)s THEN 'left' ELSE '' END
FROM (
    SELECT *, renew_from IS NOT NULL AND %(cycle)s < %(cycles)s AND renew_from <= %(today)s
              AND (left_on IS NULL OR renew_from < left_on) AS renewed
    FROM (
        SELECT *, greatest(completed_on + 1, valid_until - {WINDOW_DAYS}) AS renew_from
        FROM (
            SELECT *, (completed_on + interval '{MONTHS} months')::date - 1 AS valid_until
            FROM (
                SELECT *, CASE WHEN day <= %(today)s AND (left_on IS NULL OR day < left_on) THEN day END AS completed_on
                FROM (
                    SELECT *, CASE WHEN random() >= {NEVER_SHARE} THEN opened_on + ({LATEST_DAYS} * random() ^ 3)::int END
                              AS day
                    FROM ({{source}}) opened
                ) drawn
            ) done
        ) lasting
    ) renewable
) whole
"""  # noqa: S608
LINKS = """
CREATE FUNCTION pg_temp.link(previous text, record text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN RETURN encode(sha256(convert_to(previous || E'\\n' || record, 'UTF8')), 'hex'); END $$;
"""
CHAIN = f"CREATE AGGREGATE pg_temp.chain (text) (sfunc = pg_temp.link, stype = text, initcond = '{START}')"
# Numbered person by person in the order of the days, so that the rows of one person lie beside one another.
NUMBERED = """
CREATE TEMP TABLE numbered ON COMMIT DROP AS
SELECT row_number() OVER whole AS id,
       CASE WHEN completed_on IS NULL THEN NULL ELSE count(completed_on) OVER whole END AS completion_id,
       CASE WHEN completed_on IS NULL THEN NULL
            ELSE count(completed_on) OVER (PARTITION BY person_id ORDER BY coalesce(completed_on, 'infinity'), cycle,
                                           requirement_id) END AS sequence,
       gen_random_uuid() AS registration, gen_random_uuid() AS statement_id, l.*
FROM lives l
WINDOW whole AS (ORDER BY person_id, coalesce(completed_on, 'infinity'), cycle, requirement_id)
"""
STATEMENTS = """
INSERT INTO lms_statement (id, statement_id, actor, verb, activity, registration, timestamp, stored, raw, digest)
SELECT completion_id, statement_id, actor, %(verb)s, activity, registration, at, at, raw,
       encode(sha256(convert_to(raw, 'UTF8')), 'hex')
FROM (
    SELECT n.*, a.key AS actor, r.key AS activity, (completed_on + time '09:00') AT TIME ZONE 'UTC' AS at,
           format(%(raw)s, statement_id, p.uuid, r.iri, registration, completed_on, completed_on) AS raw
    FROM numbered n JOIN lms_person p ON p.id = n.person_id JOIN actors a ON a.person_id = n.person_id
    JOIN unnest(%(requirements)s::bigint[], %(keys)s::uuid[], %(iris)s::text[]) r (id, key, iri) ON r.id = requirement_id
    WHERE completed_on IS NOT NULL
) said
"""
COMPLETIONS = """
INSERT INTO lms_completion (id, person_id, activity_id, registration, completed_at, completed_on, statement_id, source,
                            sequence, previous_hash, hash)
SELECT completion_id, person_id, activity_id, registration, (completed_on + time '09:00') AT TIME ZONE 'UTC', completed_on,
       completion_id, 'statement', sequence, coalesce(lag(hash) OVER (PARTITION BY person_id ORDER BY sequence), %(start)s),
       hash
FROM (
    SELECT *, pg_temp.chain(record) OVER (PARTITION BY person_id ORDER BY sequence ROWS UNBOUNDED PRECEDING) AS hash
    FROM (
        SELECT n.*, r.activity_id,
               format(%(record)s, r.iri, completed_on, completed_on, p.uuid, registration, sequence, statement_id) AS record
        FROM numbered n JOIN lms_person p ON p.id = n.person_id
        JOIN unnest(%(requirements)s::bigint[], %(activities)s::bigint[], %(iris)s::text[]) r (id, activity_id, iri)
            ON r.id = requirement_id
        WHERE completed_on IS NOT NULL
    ) said
) chained
"""
RECORD = (
    '{"activity":"%s","completed_at":"%sT09:00:00+00:00","completed_on":"%s","person":"%s","registration":"%s",'
    '"sequence":%s,"source":"statement","statement":"%s"}'
)
ASSIGNMENTS = """
INSERT INTO lms_assignment (id, requirement_id, person_id, cycle, registration, opened_on, due_on, counts_from,
    carried_until, ended_on, ended_because, completion_id, completed_on, valid_until, renew_from)
SELECT n.id, requirement_id, person_id, cycle, registration, opened_on, coalesce(carried_until, opened_on + r.due_days),
       CASE WHEN cycle > 1 THEN opened_on END, carried_until, ended_on, ended_because, completion_id, completed_on,
       valid_until, renew_from
FROM numbered n JOIN lms_requirement r ON r.id = n.requirement_id
ORDER BY n.id
"""
WAIVERS = """
INSERT INTO lms_waiver (assignment_id, reason, starts_on, ends_on, requested_by_id, approved_by_id, created_at)
SELECT id, 'connectivity', greatest(opened_on, %(today)s::date - 30), greatest(opened_on, %(today)s::date - 30) + 90,
       %(asks)s, %(decides)s, %(today)s
FROM numbered WHERE completed_on IS NULL AND ended_on IS NULL AND random() < 0.1
"""
WAIVED = """
UPDATE lms_assignment a SET waived_from = w.starts_on, waived_until = w.ends_on
FROM lms_waiver w WHERE w.assignment_id = a.id
"""


def make_records(cursor: Any, *, requirements: list[Requirement], cycles: int, today: date) -> None:
    """Of everybody who is there, for each of the requirements. Once, on an empty ledger."""
    activities = [item.accepted.get().activity for item in requirements]
    asks, decides = _two_people(cursor)
    said = {
        "today": today, "cycles": cycles, "days": first_days(cycles), "asks": asks, "decides": decides,
        "requirements": [item.pk for item in requirements], "activities": [item.pk for item in activities],
        "iris": [item.iri for item in activities], "keys": [activity_key(item.iri) for item in activities],
        "verb": verb_key(v.SATISFIED), "raw": _raw(), "record": RECORD, "start": START,
    }  # fmt: skip
    cursor.execute(LIVES)
    for cycle in range(1, cycles + 1):
        cursor.execute(CYCLE.format(source=FIRST if cycle == 1 else NEXT), said | {"cycle": cycle})
        cursor.execute("ANALYZE lives")
    cursor.execute(NUMBERED)
    cursor.execute("DROP TABLE lives")
    cursor.execute("ANALYZE numbered")
    cursor.execute(LINKS)
    cursor.execute(CHAIN)
    with bare(cursor, [*TABLES, *remembered_tables(TABLES)]):
        for sql in (STATEMENTS, COMPLETIONS, ASSIGNMENTS, WAIVERS):
            cursor.execute(sql, said)
        cursor.execute(WAIVED)
        remember_all(cursor, TABLES)
    for table in ("lms_statement", "lms_completion", "lms_assignment"):
        number_on(cursor, table)


def first_days(cycles: int) -> int:
    """How long ago the first cycle opened, at the earliest, so that no cycle after the last one would be open by now."""
    return CYCLE_DAYS * cycles


def _raw() -> str:
    """A statement as short as it may be."""
    authority = authority_text(None).replace("%", "%%")
    return (
        f'{{"id":"%s","actor":{{"account":{{"homePage":"{home_page()}","name":"%s"}}}},"verb":{{"id":"{v.SATISFIED}"}},'
        f'"object":{{"id":"%s"}},"context":{{"registration":"%s"}},"timestamp":"%sT09:00:00Z",'
        f'"stored":"%sT09:00:00.000000Z","authority":{authority},"version":"1.0.0"}}'
    )


def _two_people(cursor: Any) -> tuple[int, int]:
    cursor.execute("SELECT id FROM lms_person ORDER BY id LIMIT 2")
    (one,), (two,) = cursor.fetchall()
    return one, two
