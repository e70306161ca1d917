"""A paid trial: shorter than every other project, and of one deliverable."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("projects.migrations.0005_parts_are_whole_once_sent").FORWARD
WAS = "select status, fee_cents, span_days into project"
assert WAS in BEFORE
ONE_PART = """
  if project.is_trial and parts.number <> 1 then
    raise exception 'project %: a paid trial has one deliverable, not %', the_project, parts.number
      using errcode = '23514', constraint = 'project_trial_has_one_part';
  end if;
  if parts.number = 0 or"""
NOW = BEFORE.replace(WAS, "select status, fee_cents, span_days, is_trial into project")
NOW = NOW.replace("  if parts.number = 0 or", ONE_PART.removeprefix("\n"))
TRIGGER = """
create constraint trigger project_trial_has_one_part after update of is_trial on projects_project
  deferrable initially deferred for each row execute function project_shares_add_up();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0012_second_in_line_and_asked_again")]
    operations = [
        migrations.AddField("project", "is_trial", models.BooleanField("paid trial", default=False)),
        migrations.RunSQL(NOW, BEFORE),
        migrations.RunSQL(TRIGGER, "drop trigger project_trial_has_one_part on projects_project"),
    ]
