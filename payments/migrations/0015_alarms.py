"""Alarms are answered with a note, events keep their version, and sending can be stopped."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0014_chargebacks'),
    ]

    operations = [
        migrations.CreateModel(
            name='SendingStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('restored', 'Restored from a backup: what happened at Stripe since comes first'), ('ordered', 'Stopped by an administrator')], max_length=20)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='alarm',
            name='acknowledged_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='note',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='alarm',
            name='told_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='stripeevent',
            name='api_version',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='stripeevent',
            name='payload_hash',
            field=models.CharField(blank=True, db_default='', max_length=64),
        ),
        migrations.AddConstraint(
            model_name='alarm',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at', None), models.Q(('note', ''), _negated=True), _connector='OR'), name='alarm_answered_with_a_note'),
        ),
        migrations.AddConstraint(
            model_name='sendingstop',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('reason',), name='sending_stop_once'),
        ),
    ]
