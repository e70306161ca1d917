"""Each application knows its number among the project’s and the date by which it is answered."""

from django.db import migrations, models

NUMBER = """
update projects_application set number = counted.number, answer_by_at = counted.answer_by_at
  from (select a.id, row_number() over (partition by a.project_id order by a.submitted_at, a.id) as number, p.answer_by_at
          from projects_application a join projects_project p on p.id = a.project_id) counted
 where counted.id = projects_application.id
"""
DATE = "hard end, the project’s date when it was sent"
NAME = "number among the project’s applications"


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_parts_are_whole_once_sent")]
    operations = [
        migrations.AddField("application", "number", models.PositiveSmallIntegerField(NAME, null=True)),
        migrations.AddField("application", "answer_by_at", models.DateTimeField(DATE, null=True)),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
        migrations.AlterField("application", "number", models.PositiveSmallIntegerField(NAME)),
        migrations.AlterField("application", "answer_by_at", models.DateTimeField(DATE)),
        migrations.AddConstraint(
            "application",
            models.UniqueConstraint(name="application_number_in_project", fields=["project", "number"]),
        ),
    ]
