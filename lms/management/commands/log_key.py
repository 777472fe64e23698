"""Makes a key that signs checkpoints of the log; prints it, and the key by which others verify. Stores neither."""

import base64
import secrets
from typing import Any

from django.core.management.base import BaseCommand

from lms.log.checkpoints import origin
from lms.log.notes import public_of, verifier_key


class Command(BaseCommand):
    help = "Print a new key for LMS_LOG_KEY, and the line by which others verify its signatures."

    def handle(self, *args: Any, **options: Any) -> None:
        seed = secrets.token_bytes(32)
        self.stdout.write(f"LMS_LOG_KEY={base64.b64encode(seed).decode()}")
        self.stdout.write(f"to verify:  {verifier_key(origin(), public_of(seed))}")
