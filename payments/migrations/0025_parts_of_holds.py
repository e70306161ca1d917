"""The guard that the parts of a held payment are what was paid for them: plain SQL."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "ledger" / "sql" / "0025_parts_of_holds.sql"


class Migration(migrations.Migration):
    dependencies = [("payments", "0024_more_work")]

    operations = [migrations.RunSQL(SQL.read_text())]
