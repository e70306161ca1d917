"""The guards of what Stripe booked, of what was compared, and of payouts to our own bank: plain SQL."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "ledger" / "sql" / "0022_reconciliation_guards.sql"


class Migration(migrations.Migration):
    dependencies = [("payments", "0021_reconciliation")]

    operations = [migrations.RunSQL(SQL.read_text())]
