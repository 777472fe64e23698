"""People: most have been there for years, some join, some left, some are on leave, some held another post before."""

from __future__ import annotations

from datetime import date
from typing import Any

from lms.lrs.recording import actor_of
from lms.site.generated_organisation.filling import bare, number_on, remember_all, remembered_tables

TABLES = ["lms_person", "lms_leave", "lms_posting"]
CATEGORIES = ["FTA", "FTA", "FTA", "FTA", "SC", "SC", "SC", "SSA", "SSA", "UNV", "TA", "INT"]
PEOPLE = """
INSERT INTO lms_person (id, number, uuid, name, email, personal_email, category, office_id, is_manager, language,
                        time_zone, joined_on, left_on)
SELECT n, 'G' || lpad(n::text, 7, '0'), gen_random_uuid(), 'Person ' || lpad(n::text, 7, '0'),
       'g' || n || '@example.org', '', (%(categories)s::text[])[1 + floor(random() * cardinality(%(categories)s::text[]))],
       (%(offices)s::bigint[])[1 + floor(cardinality(%(offices)s::bigint[]) * random() ^ 1.5)],
       random() < 0.15, (ARRAY['en', 'en', 'fr', 'es', 'ar', 'ru', 'zh-hans'])[1 + floor(random() * 7)], '',
       joined_on, CASE WHEN kind BETWEEN 0.9 AND 0.93 THEN greatest(joined_on, %(today)s::date - (random() * 500)::int) END
FROM (
    SELECT n, kind, %(today)s::date + CASE
        WHEN kind < 0.9 THEN (- %(days)s - random() * 2000)::int
        WHEN kind < 0.985 THEN (- random() * %(days)s)::int
        ELSE (1 + random() * 40)::int END AS joined_on
    FROM (SELECT n, random() AS kind FROM generate_series(1, %(people)s::int) n) drawn
) people
"""
LEAVES = """
INSERT INTO lms_leave (person_id, first_day, last_day)
SELECT id, %(today)s::date - (random() * 60)::int, %(today)s::date + (random() * 60)::int
FROM lms_person WHERE random() < 0.02 AND left_on IS NULL AND joined_on < %(today)s
"""
POSTINGS = """
INSERT INTO lms_posting (person_id, office_id, category, is_manager, starts_on, ends_on)
SELECT id, (%(offices)s::bigint[])[1 + floor(cardinality(%(offices)s::bigint[]) * random())], category, is_manager,
       '0001-01-01', %(today)s::date - (random() * 700)::int
FROM lms_person WHERE random() < 0.03 AND left_on IS NULL
"""


def make_people(cursor: Any, *, people: int, offices: list[int], today: date, days: int) -> None:
    """``days``: how long ago the first obligation of those who are there for years was opened."""
    said = {"people": people, "offices": offices, "today": today, "days": days, "categories": CATEGORIES}
    with bare(cursor, [*TABLES, *remembered_tables(TABLES)]):
        for sql in (PEOPLE, LEAVES, POSTINGS):
            cursor.execute(sql, said)
        remember_all(cursor, TABLES)
    number_on(cursor, "lms_person")


def name_actors(cursor: Any) -> None:
    """The key of everybody as an actor, beside the person: a hash that PostgreSQL has no function for."""
    cursor.execute("CREATE TEMP TABLE actors (person_id bigint, key uuid) ON COMMIT DROP")
    cursor.execute("SELECT id, uuid FROM lms_person ORDER BY id")
    found = cursor.fetchall()
    with cursor.copy("COPY actors FROM STDIN") as copy:
        for pk, uuid in found:
            copy.write_row((pk, str(actor_of(uuid))))
    cursor.execute("ANALYZE actors")
