"""Makes what Safeguard needs before its first use, where it is missing. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from lms.people.groups import HR, ensure_groups
from lms.requirements.approving import ensure_workflow


class Command(BaseCommand):
    help = "Make the groups, and the approval of requirements by a second person of Human Resources."

    def handle(self, *args: Any, **options: Any) -> None:
        groups = ensure_groups()
        workflow = ensure_workflow(groups[HR])
        self.stdout.write(f"groups: {', '.join(groups)}; approval: {workflow.name}")
