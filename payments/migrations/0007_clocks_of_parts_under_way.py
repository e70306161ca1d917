"""Parts that were under way before an undelivered one was refunded get the same clocks as new ones."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations

from marketplace.kernel.times import end_of_day


def start_clocks(apps, schema_editor):
    Deliverable, Deadline = apps.get_model("projects", "Deliverable"), apps.get_model("payments", "Deadline")
    awaited = Deliverable.objects.filter(
        status="pending", due_at__isnull=False, engagement__status="active", submissions=None
    )
    for part in awaited.select_related("engagement__student"):
        zone, grace = ZoneInfo(part.engagement.student.time_zone), settings.LATE_GRACE_DAYS
        refund = grace + settings.LATE_REFUND_DAYS
        for kind, days in {"grace_ends": grace, "undelivered_reminder": refund - 1, "undelivered_ends": refund}.items():
            due_at = end_of_day(part.due_at, zone, days=days)
            Deadline.objects.create(kind=kind, deliverable=part, due_at=due_at)


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_undelivered_parts"), ("projects", "0007_more_time")]

    operations = [migrations.RunPython(start_clocks, migrations.RunPython.noop)]
