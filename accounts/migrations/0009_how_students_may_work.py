"""How a student may work, told in private; whoever was here before is asked at the next application."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

KINDS = [
    ("contractor", "Independent contractor"),
    ("stipend", "Sponsor stipend"),
    ("payroll", "Employer’s payroll"),
]
KNOWN = models.Q(may_work_as__contained_by=["contractor", "stipend", "payroll"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_invitations")]
    operations = [
        migrations.AddField(
            "studentprofile",
            "may_work_as",
            ArrayField(models.CharField(max_length=12, choices=KINDS), default=list, blank=True),
        ),
        migrations.AddConstraint(
            "studentprofile", models.CheckConstraint(name="student_may_work_as_known", condition=KNOWN)
        ),
    ]
