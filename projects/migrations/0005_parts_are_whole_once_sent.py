"""Deferred guard: from sending on, every part of a project is whole, and the parts add up to the project."""

from django.db import migrations

HEAD = """
create or replace function project_shares_add_up() returns trigger language plpgsql as $$
declare
  the_project bigint := case tg_table_name
    when 'projects_project' then (to_jsonb(new) ->> 'id')::bigint
    else (coalesce(to_jsonb(new), to_jsonb(old)) ->> 'project_id')::bigint end;
  project record;
  parts record;
begin
  select status, fee_cents, span_days into project from projects_project where id = the_project;
"""
TAIL = """
  if parts.number = 0 or parts.shares <> project.fee_cents or parts.last_day <> project.span_days then
    raise exception 'project %: % deliverables share % of %, last due on day % of %', the_project,
      parts.number, parts.shares, project.fee_cents, parts.last_day, project.span_days
      using errcode = '23514', constraint = 'project_shares_add_up';
  end if;
  return null;
end $$;
"""
FORWARD = f"""{HEAD}
  if not found or project.status in ('draft', 'rejected', 'cancelled') then return null; end if;
  select count(*) as number, coalesce(sum(share_cents), 0) as shares, coalesce(max(due_days), 0) as last_day,
      count(*) filter (where title = '' or share_cents = 0 or due_days = 0 or cardinality(criteria) < 3) as unfinished
    into parts from projects_planneddeliverable where project_id = the_project;
  if parts.unfinished > 0 then
    raise exception 'project %: % deliverables lack a title, a share, a day or criteria', the_project, parts.unfinished
      using errcode = '23514', constraint = 'project_parts_are_whole';
  end if;
{TAIL}"""
BACKWARD = f"""{HEAD}
  if not found or project.status in ('draft', 'cancelled') then return null; end if;
  select count(*) as number, coalesce(sum(share_cents), 0) as shares, coalesce(max(due_days), 0) as last_day
    into parts from projects_planneddeliverable where project_id = the_project;
{TAIL}"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_application_limits")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
