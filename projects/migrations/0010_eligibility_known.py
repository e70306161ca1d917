"""How the student of a project works is one of three ways, in the database too."""

from django.db import migrations, models

KNOWN = models.Q(eligibility__in=["contractor", "stipend", "payroll"])


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_edits")]
    operations = [
        migrations.AddConstraint(
            "project", models.CheckConstraint(name="project_eligibility_known", condition=KNOWN)
        )
    ]
