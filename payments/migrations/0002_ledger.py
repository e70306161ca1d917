"""The double-entry book: plain SQL makes it, Django only knows its shape."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "ledger" / "sql" / "0002_ledger.sql"

ACCOUNT = migrations.CreateModel(
    name="Account",
    fields=[
        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("code", models.SmallIntegerField()),
        ("currency", models.TextField()),
        ("normal", models.SmallIntegerField()),
        ("scope_type", models.TextField()),
        ("scope_id", models.TextField(null=True)),
        ("guarded", models.BooleanField()),
    ],
    options={"db_table": "ledger_account", "managed": False},
)
BALANCE = migrations.CreateModel(
    name="Balance",
    fields=[
        (
            "account",
            models.OneToOneField(
                to="payments.account",
                on_delete=models.DO_NOTHING,
                primary_key=True,
                related_name="balance",
                serialize=False,
            ),
        ),
        ("posted_cents", models.BigIntegerField()),
        ("version", models.BigIntegerField()),
    ],
    options={"db_table": "ledger_balance", "managed": False},
)
JOURNAL = migrations.CreateModel(
    name="Journal",
    fields=[
        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("kind", models.TextField()),
        ("business_key", models.TextField(unique=True)),
        ("hold_id", models.UUIDField(null=True)),
        ("operation_id", models.UUIDField(null=True)),
        ("stripe_id", models.TextField(null=True)),
        ("stripe_bt", models.TextField(null=True, unique=True)),
        ("occurred_at", models.DateTimeField()),
        ("posted_at", models.DateTimeField()),
        ("actor", models.TextField()),
    ],
    options={"db_table": "ledger_journal", "managed": False},
)
ENTRY = migrations.CreateModel(
    name="Entry",
    fields=[
        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("journal", models.ForeignKey(to="payments.journal", on_delete=models.DO_NOTHING, related_name="entries")),
        ("account", models.ForeignKey(to="payments.account", on_delete=models.DO_NOTHING, related_name="entries")),
        ("amount_cents", models.BigIntegerField()),
        ("currency", models.TextField()),
        ("line", models.SmallIntegerField()),
    ],
    options={"db_table": "ledger_entry", "managed": False},
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(), state_operations=[ACCOUNT, BALANCE, JOURNAL, ENTRY])]
