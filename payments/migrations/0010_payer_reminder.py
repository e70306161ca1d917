"""A deadline of its own for the reminder of somebody who was asked to pay."""

from django.db import migrations, models

KINDS = [
    (kind, kind.replace("_", " ").title())
    for kind in (
        *("checkout_ends", "payer_reminder", "offer_reminder", "offer_expires", "capture_retry_ends"),
        *("review_reminder", "review_ends", "rework_ends", "materials_due", "grace_ends"),
        *("undelivered_reminder", "undelivered_ends", "payee_reminder", "hold_alarm"),
    )
]
COLUMN = models.CharField(max_length=30, choices=KINDS)


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_materials_due")]
    operations = [migrations.AlterField("deadline", "kind", COLUMN)]
