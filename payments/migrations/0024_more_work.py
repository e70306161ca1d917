"""More work: what is proposed."""

import django.contrib.postgres.fields
import django.db.models.deletion
import marketplace.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0023_banks_seen'),
        ('projects', '0022_parts_of_more_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='deadline',
            name='kind',
            field=models.CharField(choices=[('checkout_ends', 'Checkout Ends'), ('payer_reminder', 'Payer Reminder'), ('offer_reminder', 'Offer Reminder'), ('offer_expires', 'Offer Expires'), ('capture_retry_ends', 'Capture Retry Ends'), ('review_reminder', 'Review Reminder'), ('review_ends', 'Review Ends'), ('rework_ends', 'Rework Ends'), ('materials_due', 'Materials Due'), ('leaving_opens', 'Leaving Opens'), ('grace_ends', 'Grace Ends'), ('undelivered_reminder', 'Undelivered Reminder'), ('undelivered_ends', 'Undelivered Ends'), ('payee_reminder', 'Payee Reminder'), ('hold_alarm', 'Hold Alarm'), ('hold_decides', 'Hold Decides'), ('finding_moves', 'Finding Moves'), ('chargeback_due', 'Chargeback Due'), ('more_work_reminder', 'More Work Reminder'), ('more_work_ends', 'More Work Ends')], max_length=30),
        ),
        migrations.CreateModel(
            name='MoreWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=marketplace.kernel.ids.new_public_id, editable=False, max_length=12, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('status', models.CharField(choices=[('proposed', 'Proposed'), ('agreed', 'Agreed, to be paid'), ('started', 'Held, part of the work'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('expired', 'Not answered in time'), ('unpaid', 'Not paid in time'), ('void', 'Ended before it was paid')], default='proposed', max_length=20)),
                ('title', models.CharField(max_length=100, verbose_name='what is delivered')),
                ('brief', models.TextField(max_length=2000, verbose_name='what is to be done')),
                ('criteria', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), size=7)),
                ('fee_cents', models.PositiveIntegerField()),
                ('platform_fee_cents', models.PositiveIntegerField()),
                ('hours', models.PositiveSmallIntegerField(verbose_name='hours of work')),
                ('due_days', models.PositiveSmallIntegerField(verbose_name='due, in days after the money is held')),
                ('created_at', models.DateTimeField()),
                ('answer_by_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(blank=True, null=True)),
                ('pay_by_at', models.DateTimeField(blank=True, null=True)),
                ('deliverable', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='more_work', to='projects.deliverable')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='more_work', to='projects.engagement')),
                ('hold', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='more_work', to='payments.hold')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'more work',
            },
        ),
        migrations.CreateModel(
            name='MoreWorkTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(max_length=20)),
                ('to_status', models.CharField(max_length=20)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='payments.morework')),
            ],
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.UniqueConstraint(fields=('engagement', 'number'), name='more_work_number'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['proposed', 'agreed'])), fields=('engagement',), name='more_work_one_open_an_engagement'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.CheckConstraint(condition=models.Q(('fee_cents__gt', 0)), name='more_work_fee_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.CheckConstraint(condition=models.Q(('hours__gt', 0)), name='more_work_takes_hours'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.CheckConstraint(condition=models.Q(('due_days__gte', 1), ('due_days__lte', 28)), name='more_work_due'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.CheckConstraint(condition=models.Q(('criteria__len__gte', 3), ('criteria__len__lte', 7)), name='more_work_criteria'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['agreed', 'started', 'unpaid']), _negated=True), models.Q(('agreed_at__isnull', False), ('pay_by_at__isnull', False)), _connector='OR'), name='more_work_agreed_knows_when'),
        ),
        migrations.AddConstraint(
            model_name='morework',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deliverable__isnull', False), ('hold__isnull', False), ('status', 'started')), models.Q(models.Q(('status', 'started'), _negated=True), ('deliverable', None)), _connector='OR'), name='more_work_is_a_part_iff_it_started'),
        ),
        migrations.AddIndex(
            model_name='moreworktransition',
            index=models.Index(fields=['row', 'id'], name='more_work_history'),
        ),
    ]
