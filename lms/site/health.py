"""/healthz: database, Redis, worker heartbeat, age of the clock, what lags behind. Says no more than that."""

from __future__ import annotations

from typing import Any

import django_rq
from django.db import DatabaseError, connection
from django.db.models import Count, Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError
from rq.worker import Worker

from lms import health
from lms.conf import conf
from lms.lrs.models import Outgoing
from lms.periodic import CLOCK
from lms.periodic_models import PeriodicRun
from lms.requirements.models import RuleToApply

Check = dict[str, Any]


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Anybody may ask; 503 when something stands still."""
    checks = {"database": _database(), **_queue(), "clock": _clock()}
    checks["forwarding"] = _forwarding()
    checks["rules"] = _rules()
    checks = checks | health.run() | checks  # the areas above take no place of these
    healthy = all(check["ok"] for check in checks.values())
    body = {"status": "ok" if healthy else "failing", "checks": checks}
    return JsonResponse(body, status=200 if healthy else 503)


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"ok": False}
    return {"ok": True}


def _queue() -> dict[str, Check]:
    try:
        queue = django_rq.get_queue("default")
        queue.connection.ping()
        beats = [worker.last_heartbeat for worker in Worker.all(queue=queue) if worker.last_heartbeat]
    except (RedisError, OSError):
        return {"redis": {"ok": False}, "worker": {"ok": False, "age_seconds": None}}
    return {"redis": {"ok": True}, "worker": _age(max(beats, default=None))}


def _clock() -> Check:
    try:
        return _age(PeriodicRun.objects.filter(name=CLOCK).values_list("started_at", flat=True).first())
    except DatabaseError:
        return {"ok": False, "age_seconds": None}


def _forwarding() -> Check:
    """How far the external record stores are behind. Their trouble is shown, but it is not ours."""
    try:
        waiting = Outgoing.objects.filter(set_aside="", target__is_active=True)
        oldest = waiting.order_by("pk").values_list("written_at", flat=True).first()
        age = (timezone.now() - oldest).total_seconds() if oldest else 0
        late = age > conf.FORWARDING_LATE_SECONDS
        return {"ok": True, "late": late, "waiting": waiting.count(), "age_seconds": round(age)}
    except DatabaseError:
        return {"ok": False}


def _rules() -> Check:
    """Requirements whose terms are in force and have not reached everybody yet. Why one failed stands in its row."""
    try:
        waiting = RuleToApply.objects.aggregate(waiting=Count("pk"), failed=Count("pk", filter=~Q(error="")))
        return {"ok": not waiting["failed"], **waiting}
    except DatabaseError:
        return {"ok": False}


def _age(last: Any) -> Check:
    if last is None:
        return {"ok": False, "age_seconds": None}
    if timezone.is_naive(last):
        last = timezone.make_aware(last)
    age = (timezone.now() - last).total_seconds()
    return {"ok": age <= conf.HEARTBEAT_SECONDS, "age_seconds": round(max(age, 0))}
