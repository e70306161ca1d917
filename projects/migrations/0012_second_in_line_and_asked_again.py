"""Applicants kept second in line behind an offer, and those asked again after a no."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0011_public_questions'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='asked again after a no'),
        ),
        migrations.AddField(
            model_name='application',
            name='asked_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='the question stands until'),
        ),
        migrations.AddField(
            model_name='application',
            name='second_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='second in line since'),
        ),
        migrations.AddField(
            model_name='application',
            name='unanswered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='when silence was named; it stays'),
        ),
        migrations.RunSQL(
            "UPDATE projects_application SET unanswered_at = answered_at WHERE status = 'not_answered'",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='deadline',
            name='kind',
            field=models.CharField(choices=[('close_applications', 'Close Applications'), ('answer_reminder', 'Answer Reminder'), ('answer_by', 'Answer By'), ('asked_again', 'Asked Again'), ('work_due_reminder', 'Work Due Reminder')], max_length=30),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('asked_until', None), ('status__in', ['declined', 'not_answered']), _connector='OR'), name='application_asked_only_after_a_no'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('unanswered_at__isnull', False), models.Q(('status', 'not_answered'), _negated=True), _connector='OR'), name='application_silence_is_kept'),
        ),
    ]
