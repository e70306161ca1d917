"""Whether single keys act in tables, chosen by each person (WCAG 2.1.4)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_known_countries")]
    operations = [
        migrations.AddField(
            "user", "shortcut_keys", models.BooleanField("single keys act in tables", default=True)
        ),
    ]
