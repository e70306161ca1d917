"""What waits for a moderator already stands in the one queue too."""

from datetime import UTC
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations

from marketplace.kernel.ids import new_public_id
from marketplace.kernel.times import end_of_business_day


def put(apps, kind, row, *, words, company, since):
    apps.get_model("kernel", "Case").objects.create(
        public_id=new_public_id(),
        kind=kind,
        row_id=row.pk,
        words=words[:200],
        company_ids=[company.pk],
        opened_at=since,
        due_at=end_of_business_day(since, ZoneInfo(str(UTC)), days=settings.MODERATION_BUSINESS_DAYS),
    )


def fill(apps, schema_editor):
    waiting = apps.get_model("projects", "Project").objects.filter(status="in_moderation")
    for project in waiting.select_related("company").order_by("pk"):
        words = f"“{project.title}” of {project.company.name}"
        put(apps, "project", project, words=words, company=project.company, since=project.sent_to_moderation_at)
    edits = apps.get_model("projects", "ProjectEdit").objects.filter(
        status="waiting", project__status__in=["open", "paused"]
    )
    for edit in edits.select_related("project__company").order_by("pk"):
        labels = ", ".join(change["label"] for change in edit.changes)
        words = f"{labels} of “{edit.project.title}”"
        put(apps, "edit", edit, words=words, company=edit.project.company, since=edit.proposed_at)


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0006_cases'),
        ('projects', '0017_public_materials'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
