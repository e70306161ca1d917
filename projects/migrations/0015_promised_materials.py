"""What a company promises to hand over in the workroom, and what it handed over."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.kernel.ids

KEY = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
NOTHING = models.Q(given_at=None, given_by=None, note="", link="")
GIVEN = models.Q(given_at__isnull=False, given_by__isnull=False)


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("projects", "0014_pardons")]
    operations = [
        migrations.AddField(
            "project",
            "promised_materials",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=200), size=5, default=list, blank=True
            ),
        ),
        migrations.AddConstraint(
            "project",
            models.CheckConstraint(
                name="project_promises_few", condition=models.Q(promised_materials__len__lte=5)
            ),
        ),
        migrations.AddField(
            "engagement",
            "materials_due_at",
            models.DateTimeField("promised materials are due", null=True, blank=True),
        ),
        migrations.AddField(
            "engagement",
            "materials_asked_at",
            models.DateTimeField("the student asked for them", null=True, blank=True),
        ),
        migrations.CreateModel(
            "PromisedMaterial",
            [
                KEY,
                ("number", models.PositiveSmallIntegerField()),
                ("words", models.CharField(max_length=200)),
                ("note", models.TextField("note", max_length=2000, blank=True)),
                ("link", models.URLField("link", blank=True)),
                ("given_at", models.DateTimeField(null=True, blank=True)),
                (
                    "engagement",
                    models.ForeignKey(
                        "projects.engagement",
                        django.db.models.deletion.PROTECT,
                        related_name="promised_materials",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        django.db.models.deletion.PROTECT,
                        null=True,
                        blank=True,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(name="promised_material_number", fields=["engagement", "number"]),
                    models.CheckConstraint(
                        name="promised_material_number_in_bounds",
                        condition=models.Q(number__gte=1, number__lte=5),
                    ),
                    models.CheckConstraint(
                        name="promised_material_has_words", condition=~models.Q(words="")
                    ),
                    models.CheckConstraint(
                        name="promised_material_given_by_somebody", condition=NOTHING | GIVEN
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "MaterialFile",
            [
                KEY,
                (
                    "public_id",
                    models.CharField(
                        max_length=12,
                        unique=True,
                        default=marketplace.kernel.ids.new_public_id,
                        editable=False,
                    ),
                ),
                ("file", models.FileField(upload_to="materials/%Y/%m/")),
                ("name", models.CharField(max_length=150)),
                ("content_type", models.CharField(max_length=100)),
                ("size_bytes", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "promise",
                    models.ForeignKey(
                        "projects.promisedmaterial",
                        django.db.models.deletion.PROTECT,
                        related_name="files",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="material_file_size",
                        condition=models.Q(size_bytes__gt=0, size_bytes__lte=25 * 1024 * 1024),
                    )
                ]
            },
        ),
    ]
