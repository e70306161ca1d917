"""Files and links beside a project, for everybody who sees it."""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

OF_ONE = models.Q(promise__isnull=False, project=None) | models.Q(promise=None, project__isnull=False)
PROTECT = django.db.models.deletion.PROTECT


def key(to, name):
    return models.ForeignKey(f"projects.{to}", PROTECT, null=True, blank=True, related_name=name)


class Migration(migrations.Migration):
    dependencies = [("projects", "0016_waiting_list")]
    operations = [
        migrations.AddField(
            "project",
            "material_links",
            ArrayField(models.CharField(max_length=200), size=3, default=list, blank=True),
        ),
        migrations.AddConstraint(
            "project",
            models.CheckConstraint(name="project_links_few", condition=models.Q(material_links__len__lte=3)),
        ),
        migrations.AlterField("materialfile", "promise", key("promisedmaterial", "files")),
        migrations.AddField("materialfile", "project", key("project", "material_files")),
        migrations.AddConstraint(
            "materialfile", models.CheckConstraint(name="material_file_of_exactly_one", condition=OF_ONE)
        ),
    ]
