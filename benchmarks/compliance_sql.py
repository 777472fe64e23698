"""What the compliance benchmark is held against: the same questions and writes, written by hand for PostgreSQL."""

# The figures of a day as known now, by office, requirement and bucket. A part for the rows that have not ended, which the
# covering index answers alone, and one for those that ended later or because the person left within the year.
FIGURES = """
WITH away AS (
    SELECT DISTINCT person_id FROM lms_leave
    WHERE first_day <= %(day)s AND last_day >= %(day)s AND last_day > first_day + 30 - 1
), moved AS (
    SELECT person_id, office_id FROM lms_posting WHERE starts_on <= %(day)s AND ends_on > %(day)s
), counted AS (
    SELECT a.person_id, a.requirement_id, CASE
        WHEN a.completed_on <= %(day)s AND (a.valid_until IS NULL OR a.valid_until >= %(day)s) THEN 'complete'
        WHEN (a.completed_on IS NULL OR a.completed_on > %(day)s) AND a.carried_until >= %(day)s THEN 'complete'
        WHEN a.waived_from <= %(day)s AND (a.waived_until IS NULL OR a.waived_until >= %(day)s) THEN 'waived'
        WHEN a.completed_on <= %(day)s OR a.carried_until IS NOT NULL OR a.due_on < %(day)s THEN 'overdue'
        ELSE 'within_deadline' END AS bucket
    FROM (
        SELECT person_id, requirement_id, opened_on, due_on, carried_until, completed_on, valid_until, waived_from,
               waived_until FROM lms_assignment WHERE ended_on IS NULL AND opened_on <= %(day)s
        UNION ALL
        SELECT person_id, requirement_id, opened_on, due_on, carried_until, completed_on, valid_until, waived_from,
               waived_until FROM lms_assignment WHERE ended_on > %(day)s AND opened_on <= %(day)s
    ) a
    UNION ALL
    SELECT a.person_id, a.requirement_id, 'left' FROM lms_assignment a
    WHERE a.ended_because = 'left' AND a.ended_on <= %(day)s AND a.ended_on > %(day)s::date - 365
      AND NOT EXISTS (
        SELECT FROM lms_assignment b WHERE b.person_id = a.person_id AND b.requirement_id = a.requirement_id
        AND b.opened_on <= %(day)s AND (b.ended_on IS NULL OR b.ended_on > %(day)s))
)
SELECT coalesce(m.office_id, p.office_id), c.requirement_id,
       CASE WHEN c.bucket <> 'left' AND w.person_id IS NOT NULL THEN 'on_leave' ELSE c.bucket END, count(*)
FROM counted c JOIN lms_person p ON p.id = c.person_id
LEFT JOIN moved m ON m.person_id = c.person_id LEFT JOIN away w ON w.person_id = c.person_id
GROUP BY 1, 2, 3
"""

# Everybody but the first ones reports to somebody; nothing else in the benchmark needs it.
SUPERVISED = """
UPDATE lms_person SET supervisor_id = first.id + (lms_person.id - first.id) / 10
FROM (SELECT min(id) AS id FROM lms_person) first WHERE lms_person.id > first.id + 9
"""

# The rows that a requirement for everybody opens, and nothing around them.
OPENED = """
INSERT INTO lms_assignment (requirement_id, person_id, cycle, registration, opened_on, due_on, ended_because)
SELECT %(requirement)s, id, 1, gen_random_uuid(), %(day)s, %(day)s::date + 30, '' FROM lms_person
WHERE left_on IS NULL OR left_on > %(day)s ORDER BY id
"""
# The dates that another validity gives, and nothing around them.
PROJECTED = """
UPDATE lms_assignment a SET valid_until = (completed_on + interval '%(months)s months')::date - 1,
    renew_from = (completed_on + interval '%(months)s months')::date - 61
WHERE requirement_id = %(requirement)s AND completed_on IS NOT NULL
"""

# Everybody as HR's feed tells them; one in a hundred goes to the office that has the next id.
FEED = """
COPY (
    SELECT p.number, p.name, coalesce(n.code, o.code) AS office, p.category, p.joined_on, p.email, p.language,
           CASE WHEN p.is_manager THEN 'yes' ELSE 'no' END AS is_manager, p.left_on, s.number AS supervisor
    FROM lms_person p JOIN lms_office o ON o.id = p.office_id
    LEFT JOIN lms_office n ON n.id = o.id + 1 AND p.id % 100 = 0
    LEFT JOIN lms_person s ON s.id = p.supervisor_id
    WHERE NOT EXISTS (SELECT FROM lms_posting e WHERE e.person_id = p.id AND p.id % 100 = 0)
    ORDER BY p.id
) TO STDOUT WITH (FORMAT csv, HEADER)
"""
