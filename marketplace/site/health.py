"""Is the process alive, and is everything that it needs in order?"""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace import draining
from payments import operations
from payments.models import Alarm


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all is in order, else 503; either way each part says in a word how it is.

    What rings is named and takes no server out: people can still work, and the alarm is told by letter.
    """
    parts = {name: check() for name, check in CHECKS.items()}
    ready = all(answer == "ok" for answer in parts.values())
    return JsonResponse({"ready": ready, **parts, **money()}, status=200 if ready else 503)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE tableowner = current_user)")
            owns_tables = cursor.fetchone()[0]
    except Error:
        return "unreachable"
    return "the app's role owns tables" if owns_tables else "ok"


def migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "unknown"
    return f"{len(missing)} not applied" if missing else "ok"


def broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable"
    finally:
        client.close()
    return "ok"


def money() -> dict[str, str]:
    """How many alarms ring, and whether money is sent: not while it is stopped or a guard differs."""
    try:
        ringing = Alarm.objects.waiting().count()
        sending = operations.may_send(at=timezone.now())
    except Error:
        return {"alarms": "unknown", "sending": "unknown"}
    return {"alarms": str(ringing), "sending": "ok" if sending else "stopped"}


def server() -> str:
    return "stopping" if draining.has_begun() else "ok"


CHECKS: dict[str, Callable[[], str]] = {
    "server": server,
    "database": database,
    "migrations": migrations,
    "broker": broker,
}
