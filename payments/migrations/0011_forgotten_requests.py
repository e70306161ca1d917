"""The request of an operation that is over may be forgotten, when a person in it is deleted."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "ledger" / "sql" / "0011_forgotten_requests.sql"


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_payer_reminder")]

    operations = [migrations.RunSQL(SQL.read_text())]
