"""Edits of open projects; each application keeps the questions as they were asked."""

import django.contrib.postgres.fields
import django.db.models.deletion
import marketplace.kernel.ids
from django.conf import settings
from django.db import migrations, models

ASKED = """
update projects_application set questions = project.questions
  from projects_project project where project.id = projects_application.project_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0008_names_are_hidden'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='questions',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=3),
        ),
        migrations.CreateModel(
            name='ProjectEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=marketplace.kernel.ids.new_public_id, editable=False, max_length=12, unique=True)),
                ('status', models.CharField(choices=[('waiting', 'Waits for a moderator'), ('in_force', 'In force'), ('refused', 'Refused'), ('withdrawn', 'Taken back')], default='waiting', max_length=20)),
                ('proposed', models.JSONField(verbose_name='the whole project as it should be')),
                ('changes', models.JSONField(verbose_name='what differs: field, label, before, after')),
                ('proposed_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('rejection_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('rejection_note', models.TextField(blank=True, max_length=1000)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='edits', to='projects.project')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change of a project',
                'verbose_name_plural': 'changes of projects',
            },
        ),
        migrations.CreateModel(
            name='ProjectEditTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(max_length=20)),
                ('to_status', models.CharField(max_length=20)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='projects.projectedit')),
            ],
        ),
        migrations.AddIndex(
            model_name='projectedit',
            index=models.Index(condition=models.Q(('status', 'waiting')), fields=['proposed_at', 'id'], name='project_edit_waiting'),
        ),
        migrations.AddConstraint(
            model_name='projectedit',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'waiting')), fields=('project',), name='project_edit_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='projectedit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'refused'), _negated=True), models.Q(('rejection_codes__len__gte', 1), ('rejection_note__gt', '')), _connector='OR'), name='project_edit_refused_says_why'),
        ),
        migrations.AddConstraint(
            model_name='projectedit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'waiting')), models.Q(models.Q(('status', 'waiting'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='project_edit_decided_once'),
        ),
        migrations.AddIndex(
            model_name='projectedittransition',
            index=models.Index(fields=['row', 'id'], name='project_edit_history'),
        ),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
    ]
