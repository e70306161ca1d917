"""The kernel's tasks: letters that wait are sent, daily ones written, old answers forgotten, and a sign of life."""

from celery import shared_task
from django.utils import timezone

from marketplace.kernel import digests, idempotency, mail, pulse


@shared_task(name="kernel.send_letters")
def send_letters() -> None:
    """Runs after each commit that wrote a letter, and every 15 s for those whose nudge was lost."""
    mail.deliver_waiting(at=timezone.now())


@shared_task(name="kernel.write_digests")
def write_digests() -> None:
    """Every minute."""
    digests.write_due(at=timezone.now())


@shared_task(name="kernel.tick")
def tick() -> None:
    """Every 15 s: that it runs shows that the clock, the broker and a worker do."""
    pulse.beat(at=timezone.now())


@shared_task(name="kernel.forget_answers")
def forget_answers() -> None:
    """Every hour."""
    idempotency.forget(at=timezone.now())
