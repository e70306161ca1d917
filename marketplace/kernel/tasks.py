"""The kernel's one task: letters that wait are sent."""

from celery import shared_task
from django.utils import timezone

from marketplace.kernel import mail


@shared_task(name="kernel.send_letters")
def send_letters() -> None:
    """Runs after each commit that wrote a letter, and every 15 s for those whose nudge was lost."""
    mail.deliver_waiting(at=timezone.now())
