"""Tasks of the site: copies of data of people, what days are over for, and files that no row names."""

from celery import shared_task
from django.utils import timezone

from accounts import empowering
from marketplace.site import files
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


@shared_task(name="site.sweep_files")
def sweep_files() -> None:
    """Every hour."""
    files.sweep(at=timezone.now())
