"""Names and schools stay hidden until the short-list; what was posted before showed them from the start."""

from django.db import migrations, models

CHOICE = "names and schools hidden until the short-list"
CONDITION = models.Q(named_at__isnull=False) | models.Q(
    status__in=("submitted", "declined", "withdrawn", "not_answered", "void")
)
APPLICATIONS = "update projects_application set named_at = submitted_at"
PROJECTS = "update projects_project set names_hidden = false where published_at is not null"


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_more_time")]
    operations = [
        migrations.AddField("project", "names_hidden", models.BooleanField(CHOICE, default=True)),
        migrations.AddField(
            "application",
            "named_at",
            models.DateTimeField("when the employer learned the name", null=True, blank=True),
        ),
        migrations.RunSQL(APPLICATIONS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(name="application_chosen_by_name", condition=CONDITION),
        ),
        migrations.RunSQL(PROJECTS, migrations.RunSQL.noop),
    ]
