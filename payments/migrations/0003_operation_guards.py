"""The guards of holds, operations and their attempts: plain SQL."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "ledger" / "sql" / "0003_operation_guards.sql"


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_ledger")]

    operations = [migrations.RunSQL(SQL.read_text())]
