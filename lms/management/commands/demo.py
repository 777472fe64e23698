"""`manage.py demo`: everything that the demo needs, started together and ended together."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the demo organisation on this machine until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from lms.site.demo.supervisor import run

        run(say=self.stdout.write)
