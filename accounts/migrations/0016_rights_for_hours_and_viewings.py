
import django.db.models.deletion
import marketplace.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_deletion_of_a_person'),
    ]

    operations = [
        migrations.CreateModel(
            name='StaffRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('public_id', models.CharField(default=marketplace.kernel.ids.new_public_id, editable=False, max_length=12, unique=True)),
                ('kind', models.CharField(choices=[('see_as', 'See the site as somebody else'), ('read', 'Read every table of the administration'), ('people', 'Close and open accounts, correct companies'), ('lists', 'Change words and schools to choose from'), ('all', 'Everything that an administrator may do')], max_length=10, verbose_name='what you need to do')),
                ('hours', models.PositiveSmallIntegerField(verbose_name='for how many hours')),
                ('reason', models.CharField(max_length=300, verbose_name='what for')),
                ('status', models.CharField(choices=[('asked', 'Waits for another administrator'), ('granted', 'Granted'), ('refused', 'Refused'), ('ended', 'Ended')], default='asked', max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_rights', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='StaffRightTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(max_length=20)),
                ('to_status', models.CharField(max_length=20)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='accounts.staffright')),
            ],
        ),
        migrations.CreateModel(
            name='Viewing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='what for')),
                ('began_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewings', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='viewed', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='staffright',
            index=models.Index(fields=['person', 'status'], name='staff_right_of_person'),
        ),
        migrations.AddConstraint(
            model_name='staffright',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('person', 'kind'), name='staff_right_asked_once'),
        ),
        migrations.AddConstraint(
            model_name='staffright',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'granted'), _negated=True), ('ends_at__isnull', False), _connector='OR'), name='staff_right_granted_ends'),
        ),
        migrations.AddConstraint(
            model_name='staffright',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='staff_right_says_what_for'),
        ),
        migrations.AddIndex(
            model_name='staffrighttransition',
            index=models.Index(fields=['row', 'id'], name='staff_right_history'),
        ),
        migrations.AddIndex(
            model_name='viewing',
            index=models.Index(fields=['person', '-began_at'], name='viewing_of_person'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.CheckConstraint(condition=models.Q(('by', models.F('person')), _negated=True), name='viewing_of_somebody_else'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='viewing_says_what_for'),
        ),
    ]
