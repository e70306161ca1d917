"""What stands on a student's page, and who may open it."""

import django.contrib.postgres.fields
from django.db import migrations, models

import accounts.models.contact


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_plural_of_industry")]
    operations = [
        migrations.AddField(
            "studentprofile",
            "goals",
            models.TextField(
                "what you want to do next",
                blank=True,
                default="",
                max_length=600,
                validators=[accounts.models.contact.validate_no_contact],
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "studentprofile",
            "links",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200, validators=[accounts.models.contact.validate_link]),
                blank=True,
                default=list,
                size=4,
            ),
        ),
        migrations.AddField(
            "studentprofile",
            "shown_to",
            models.CharField(
                "who may open your page",
                choices=[
                    ("nobody", "Only me"),
                    ("companies", "Companies I applied to, once they may know my name"),
                    ("members", "Everybody who is logged in"),
                    ("all", "Everybody who has the address"),
                ],
                default="companies",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "studentprofile",
            "shows_work",
            models.BooleanField("show the work I finished here", default=True),
        ),
        migrations.AddConstraint(
            "studentprofile",
            models.CheckConstraint(
                condition=models.Q(shown_to__in=["nobody", "companies", "members", "all"]),
                name="student_shown_to_known",
            ),
        ),
        migrations.AddConstraint(
            "studentprofile",
            models.CheckConstraint(condition=models.Q(links__len__lte=4), name="student_links_few"),
        ),
    ]
