"""Daily seals of the book: plain SQL makes them, Django only knows their shape."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "ledger" / "sql" / "0016_seals.sql"

SEAL = migrations.CreateModel(
    name="Seal",
    fields=[
        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("sealed_at", models.DateTimeField()),
        ("journals", models.BigIntegerField()),
        ("digest", models.TextField()),
        ("previous", models.TextField(unique=True)),
    ],
    options={"db_table": "ledger_seal", "managed": False},
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0015_alarms")]

    operations = [migrations.RunSQL(SQL.read_text(), state_operations=[SEAL])]
