"""The database keeps what people, offices, leave and assignments said before each change."""

from django.db import migrations

from lms.as_known import remember

POST = ["office_id", "category", "is_manager"]
ASSIGNMENT = [
    "requirement_id", "person_id", "opened_on", "due_on", "carried_until", "ended_on", "ended_because", "completion_id",
    "completed_on", "valid_until", "renew_from", "waived_from", "waived_until",
]


class Migration(migrations.Migration):
    dependencies = [("lms", "0007_what_was_known")]
    operations = [
        remember("lms_person", row="person_id", columns=POST),
        remember("lms_posting", row="posting", columns=["person_id", *POST, "starts_on", "ends_on"]),
        remember("lms_leave", row="leave", columns=["person_id", "first_day", "last_day"]),
        remember("lms_office", row="office_id", columns=["path", "depth", "code", "name"]),
        remember("lms_assignment", row="assignment_id", columns=ASSIGNMENT),
    ]
