"""Letters to addresses of people without an account, and the topic of a company and its people."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0003_preferences_and_digests'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='address',
            field=models.EmailField(blank=True, max_length=254, verbose_name='where it goes, for who has no account'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='letter',
            name='topic',
            field=models.CharField(blank=True, choices=[('work', 'Offers and work'), ('applications', 'Applications'), ('moderation', 'Checks of your projects'), ('reminders', 'Dates coming up'), ('team', 'Your company and its people'), ('decisions', 'Decisions of moderators'), ('money', 'Money')], default='work', max_length=20),
        ),
        migrations.AlterField(
            model_name='notice',
            name='topic',
            field=models.CharField(choices=[('work', 'Offers and work'), ('applications', 'Applications'), ('moderation', 'Checks of your projects'), ('reminders', 'Dates coming up'), ('team', 'Your company and its people'), ('decisions', 'Decisions of moderators'), ('money', 'Money')], default='work', max_length=20),
        ),
        migrations.AlterField(
            model_name='preference',
            name='topic',
            field=models.CharField(choices=[('work', 'Offers and work'), ('applications', 'Applications'), ('moderation', 'Checks of your projects'), ('reminders', 'Dates coming up'), ('team', 'Your company and its people'), ('decisions', 'Decisions of moderators'), ('money', 'Money')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('to__isnull', False)), models.Q(('address__gt', ''), ('to', None)), _connector='OR'), name='letter_has_one_reader'),
        ),
    ]
