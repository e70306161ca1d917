"""Whether anything may be sent to Stripe at all: not while a stop stands, nor over guards that were changed."""

import logging
import time
from datetime import datetime

from django.db import connection

from payments.ledger.guards import guard_differences
from payments.models import SendingStop
from payments.operations.alarms import follow

logger = logging.getLogger(__name__)

TRUSTED_SECONDS = 60  # a process looks at its start and then every minute

_looked: dict[str, tuple[float, list[str]]] = {}  # by database: when, and what was different


def may_send(*, at: datetime) -> bool:
    """Asked before each claim. Rings where the guards in the database are not those of the SQL files."""
    return not SendingStop.objects.standing().exists() and not guards_changed(at=at)


def guards_changed(*, at: datetime, anew: bool = False) -> list[str]:
    """How they differ, as this process saw it within the last minute, or `anew`."""
    name = str(connection.settings_dict["NAME"])
    seen, differences = _looked.get(name, (0.0, []))
    if anew or not seen or time.monotonic() - seen > TRUSTED_SECONDS:
        differences = guard_differences()
        _looked[name] = (time.monotonic(), differences)
        if differences:
            logger.error("Nothing is sent to Stripe: %s", "; ".join(differences))
        follow("guards_changed", {"database": "; ".join(differences)} if differences else {}, at=at)
    return differences


def stop_sending(reason: SendingStop.Reason, *, at: datetime) -> None:
    """From now on nothing is sent to Stripe; a second call changes nothing."""
    SendingStop.objects.bulk_create([SendingStop(reason=reason, began_at=at)], ignore_conflicts=True)


def send_again(reason: SendingStop.Reason, *, at: datetime) -> int:
    """End the stop of this reason; returns how many stood. The next sweep goes on."""
    return SendingStop.objects.standing().filter(reason=reason).update(ended_at=at)
