"""What Stripe booked, what was compared, how far reading got, and payouts to our own bank."""

import django.db.models.deletion
import django.db.models.expressions
import payments.models.holds
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0020_payouts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField()),
                ('read_until', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReconciliationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('is_green', models.BooleanField()),
                ('fence', models.CharField(blank=True, max_length=100)),
                ('checks', models.JSONField()),
                ('figures', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['-began_at'], name='reconciliation_newest')],
            },
        ),
        migrations.CreateModel(
            name='BalanceTransaction',
            fields=[
                ('id', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=60)),
                ('reporting_category', models.CharField(max_length=60)),
                ('amount_cents', models.BigIntegerField()),
                ('fee_cents', models.BigIntegerField()),
                ('net_cents', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('source', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField()),
                ('available_on', models.DateTimeField()),
                ('imported_at', models.DateTimeField()),
                ('journal', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='balance_transaction', to='payments.journal')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('journal', None)), fields=['created_at', 'id'], name='bt_unmatched')],
                'constraints': [models.CheckConstraint(condition=models.Q(('net_cents', django.db.models.expressions.CombinedExpression(models.F('amount_cents'), '-', models.F('fee_cents')))), name='bt_net_is_what_remains')],
            },
        ),
        migrations.CreateModel(
            name='BankPayout',
            fields=[
                ('id', models.UUIDField(db_default=payments.models.holds.UUID7(), editable=False, primary_key=True, serialize=False)),
                ('amount_cents', models.PositiveBigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('unknown', 'Answer unknown'), ('sent', 'At Stripe'), ('failed', 'Failed')], default='planned', max_length=12)),
                ('stripe_id', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                ('created_at', models.DateTimeField()),
                ('first_sent_at', models.DateTimeField(blank=True, null=True)),
                ('next_try_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.TextField(blank=True)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.reconciliationrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['planned', 'unknown'])), fields=('currency',), name='bank_payout_one_at_a_time'), models.CheckConstraint(condition=models.Q(('amount_cents__gt', 0)), name='bank_payout_is_positive'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'sent'), _negated=True), ('stripe_id__isnull', False), _connector='OR'), name='bank_payout_sent_has_its_object')],
            },
        ),
    ]
