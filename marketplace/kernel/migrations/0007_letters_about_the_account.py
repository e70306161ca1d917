
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0006_cases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='letter',
            name='topic',
            field=models.CharField(blank=True, choices=[('work', 'Offers and work'), ('applications', 'Applications'), ('moderation', 'Checks of your projects'), ('reminders', 'Dates coming up'), ('team', 'Your company and its people'), ('decisions', 'Decisions of moderators'), ('money', 'Money'), ('account', 'Your account and your data')], default='work', max_length=20),
        ),
        migrations.AlterField(
            model_name='notice',
            name='topic',
            field=models.CharField(choices=[('work', 'Offers and work'), ('applications', 'Applications'), ('moderation', 'Checks of your projects'), ('reminders', 'Dates coming up'), ('team', 'Your company and its people'), ('decisions', 'Decisions of moderators'), ('money', 'Money'), ('account', 'Your account and your data')], default='work', max_length=20),
        ),
        migrations.AlterField(
            model_name='preference',
            name='topic',
            field=models.CharField(choices=[('work', 'Offers and work'), ('applications', 'Applications'), ('moderation', 'Checks of your projects'), ('reminders', 'Dates coming up'), ('team', 'Your company and its people'), ('decisions', 'Decisions of moderators'), ('money', 'Money'), ('account', 'Your account and your data')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('topic', 'account'), _negated=True), name='preference_not_of_the_account'),
        ),
    ]
