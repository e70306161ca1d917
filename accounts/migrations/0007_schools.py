"""Schools with the domains by which they are recognised."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Lower

import accounts.models.schools


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_pages_of_students")]
    operations = [
        migrations.CreateModel(
            name="School",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="SchoolDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    models.CharField(max_length=100, unique=True, validators=[accounts.models.schools.is_domain]),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="domains",
                        to="accounts.school",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(domain=Lower("domain")), name="school_domain_is_lower_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(domain__contains="."), name="school_domain_has_a_dot"
                    ),
                ]
            },
        ),
    ]
