"""Questions that students ask in public about a project, and the answers of its company."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import marketplace.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0010_eligibility_known'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=marketplace.kernel.ids.new_public_id, editable=False, max_length=12, unique=True)),
                ('status', models.CharField(choices=[('waiting', 'Waits for an answer'), ('answered', 'Answered'), ('declined', 'Not answered in public'), ('withdrawn', 'Taken back'), ('removed', 'Removed by a moderator')], default='waiting', max_length=20)),
                ('text', models.TextField(max_length=2000, verbose_name='question')),
                ('answer', models.TextField(blank=True, max_length=2000)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('edited_at', models.DateTimeField(blank=True, null=True, verbose_name='answer changed')),
                ('decline_reason', models.CharField(blank=True, choices=[('on_the_page', 'The project’s page says it already'), ('not_public', 'We cannot say this in public'), ('later', 'We settle this with whoever we choose'), ('another_matter', 'It is not about this project')], max_length=20)),
                ('removal_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('removal_note', models.TextField(blank=True, max_length=1000)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='public_questions', to='projects.project')),
            ],
            options={
                'verbose_name': 'public question',
            },
        ),
        migrations.CreateModel(
            name='PublicQuestionTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(max_length=20)),
                ('to_status', models.CharField(max_length=20)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='projects.publicquestion')),
            ],
        ),
        migrations.AddIndex(
            model_name='publicquestion',
            index=models.Index(condition=models.Q(('status', 'answered')), fields=['project', '-answered_at', '-id'], name='public_question_answered'),
        ),
        migrations.AddIndex(
            model_name='publicquestion',
            index=models.Index(condition=models.Q(('status', 'waiting')), fields=['project', 'asked_at', 'id'], name='public_question_waiting'),
        ),
        migrations.AddIndex(
            model_name='publicquestion',
            index=models.Index(fields=['asker', '-asked_at', '-id'], name='public_question_of_asker'),
        ),
        migrations.AddConstraint(
            model_name='publicquestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 2000)), name='public_question_length'),
        ),
        migrations.AddConstraint(
            model_name='publicquestion',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('answer'), 2000), name='public_question_answer_length'),
        ),
        migrations.AddConstraint(
            model_name='publicquestion',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'removed'), models.Q(('answer__gt', ''), ('answered_at__isnull', False), ('answered_by__isnull', False), ('status', 'answered')), models.Q(('answer', ''), ('answered_at__isnull', True), ('status__in', ['waiting', 'declined', 'withdrawn'])), _connector='OR'), name='public_question_answered_in_words'),
        ),
        migrations.AddConstraint(
            model_name='publicquestion',
            constraint=models.CheckConstraint(condition=models.Q(('edited_at__isnull', True), ('edited_at__gte', models.F('answered_at')), _connector='OR'), name='public_question_edited_after_it_was_answered'),
        ),
        migrations.AddConstraint(
            model_name='publicquestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), ('decline_reason__gt', ''), _connector='OR'), name='public_question_declined_says_why'),
        ),
        migrations.AddConstraint(
            model_name='publicquestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'removed'), _negated=True), models.Q(('removal_codes__len__gte', 1), ('removal_note__gt', '')), _connector='OR'), name='public_question_removed_says_why'),
        ),
        migrations.AddIndex(
            model_name='publicquestiontransition',
            index=models.Index(fields=['row', 'id'], name='public_question_history'),
        ),
    ]
