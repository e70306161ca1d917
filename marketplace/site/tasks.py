"""The site's tasks about people's data: copies that were asked for, and what days are over for."""

from celery import shared_task
from django.utils import timezone

from accounts import empowering
from marketplace.site.privacy import deleting, exporting


@shared_task(name="site.make_exports")
def make_exports() -> None:
    """Runs after each that was asked for, and every minute for those whose nudge was lost."""
    exporting.make_waiting(at=timezone.now())


@shared_task(name="site.sweep_privacy")
def sweep_privacy() -> None:
    """Every five minutes."""
    at = timezone.now()
    exporting.let_go(at=at)
    deleting.carry_out_due(at=at)
    empowering.end_over(at=at)
