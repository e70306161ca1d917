"""Messages of the two sides of an engagement: the database keeps each as it was sent."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import marketplace.kernel.ids
from django.conf import settings
from django.db import migrations, models

# The one change there is: the words go when whoever wrote them is deleted.
FORWARD = """
create function message_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    old.text := '(deleted)';
    if new = old then
      return new;
    end if;
  end if;
  raise exception 'message %: it stays as it was sent', old.id
    using errcode = '23514', constraint = 'message_stays';
end $$;
create trigger message_stays before update or delete on projects_message
  for each row execute function message_stays();
"""
BACKWARD = """
drop trigger message_stays on projects_message;
drop function message_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_sanctions'),
        ('projects', '0020_flags'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=marketplace.kernel.ids.new_public_id, editable=False, max_length=12, unique=True)),
                ('side', models.CharField(choices=[('student', 'The student'), ('company', 'The company')], max_length=10, verbose_name='whose side the author was on')),
                ('text', models.TextField(max_length=2000)),
                ('sent_at', models.DateTimeField()),
                ('form_key', models.CharField(blank=True, editable=False, max_length=12)),
            ],
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_to', models.BigIntegerField(default=0, verbose_name='key of the last message that was read')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='when a letter last told of messages')),
                ('tell_at', models.DateTimeField(blank=True, null=True, verbose_name='when the next one is due')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='flag',
            name='flag_of_one_text',
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_of_one_thing',
        ),
        migrations.AddField(
            model_name='message',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='engagement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='projects.engagement'),
        ),
        migrations.AddField(
            model_name='flag',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='projects.message'),
        ),
        migrations.AddField(
            model_name='report',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='projects.message'),
        ),
        migrations.AddConstraint(
            model_name='flag',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('application__isnull', False), ('message__isnull', True), ('review__isnull', True), ('submission__isnull', True)), models.Q(('application__isnull', True), ('message__isnull', True), ('review__isnull', True), ('submission__isnull', False)), models.Q(('application__isnull', True), ('message__isnull', True), ('review__isnull', False), ('submission__isnull', True)), models.Q(('application__isnull', True), ('message__isnull', False), ('review__isnull', True), ('submission__isnull', True)), _connector='OR'), name='flag_of_one_text'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('application__isnull', True), ('company__isnull', True), ('engagement__isnull', True), ('message__isnull', True), ('person__isnull', True), ('project__isnull', False), ('question__isnull', True)), models.Q(('application__isnull', True), ('company__isnull', False), ('engagement__isnull', True), ('message__isnull', True), ('person__isnull', True), ('project__isnull', True), ('question__isnull', True)), models.Q(('application__isnull', True), ('company__isnull', True), ('engagement__isnull', True), ('message__isnull', True), ('person__isnull', False), ('project__isnull', True), ('question__isnull', True)), models.Q(('application__isnull', False), ('company__isnull', True), ('engagement__isnull', True), ('message__isnull', True), ('person__isnull', True), ('project__isnull', True), ('question__isnull', True)), models.Q(('application__isnull', True), ('company__isnull', True), ('engagement__isnull', False), ('message__isnull', True), ('person__isnull', True), ('project__isnull', True), ('question__isnull', True)), models.Q(('application__isnull', True), ('company__isnull', True), ('engagement__isnull', True), ('message__isnull', True), ('person__isnull', True), ('project__isnull', True), ('question__isnull', False)), models.Q(('application__isnull', True), ('company__isnull', True), ('engagement__isnull', True), ('message__isnull', False), ('person__isnull', True), ('project__isnull', True), ('question__isnull', True)), _connector='OR'), name='report_of_one_thing'),
        ),
        migrations.AddField(
            model_name='reading',
            name='engagement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='projects.engagement'),
        ),
        migrations.AddField(
            model_name='reading',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['engagement', '-sent_at', '-id'], name='message_of_engagement'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('text'), 2000)), name='message_length'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['student', 'company'])), name='message_side_known'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('form_key', ''), _negated=True), fields=('engagement', 'author', 'form_key'), name='message_once_a_form'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(condition=models.Q(('tell_at__isnull', False)), fields=['tell_at', 'id'], name='reading_to_tell'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('engagement', 'person'), name='reading_once'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
