"""Makes a key that signs launches by LTI 1.3; prints it, and stores it nowhere."""

from typing import Any

from django.core.management.base import BaseCommand

from courses.players.external.lti.keys import make_key


class Command(BaseCommand):
    help = "Print a new key for LMS_LTI_KEYS; several stand there apart by spaces, and the first signs."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"LMS_LTI_KEYS={make_key()}")
