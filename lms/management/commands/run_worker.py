"""The worker: serves the one queue. A worker of two queues can lose a job between them (docs/decisions/0003)."""

from typing import Any

import django_rq
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.urls import reverse
from rq.serializers import JSONSerializer
from rq.worker import Worker

MAINTENANCE_SECONDS = 60


class Command(BaseCommand):
    help = "Run jobs until stopped; SIGTERM lets the job at hand finish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--burst", action="store_true", help="end when the queue is empty")

    def handle(self, *args: Any, **options: Any) -> None:
        queue = django_rq.get_queue("default")
        worker = Worker(
            [queue],
            connection=queue.connection,
            serializer=JSONSerializer,
            maintenance_interval=MAINTENANCE_SECONDS,
            default_worker_ttl=120,
        )
        reverse("lms:learning")  # loads every page, once and not in each job
        connections.close_all()  # each job runs in a fork and must open its own
        worker.work(burst=options["burst"], logging_level="WARNING")
