"""Deferred guards: what a project or an engagement promises for its parts adds up to the whole, at every commit."""

from django.db import migrations

FORWARD = """
create function project_shares_add_up() returns trigger language plpgsql as $$
declare
  the_project bigint := case tg_table_name
    when 'projects_project' then (to_jsonb(new) ->> 'id')::bigint
    else (coalesce(to_jsonb(new), to_jsonb(old)) ->> 'project_id')::bigint end;
  project record;
  parts record;
begin
  select status, fee_cents, span_days into project from projects_project where id = the_project;
  if not found or project.status in ('draft', 'cancelled') then return null; end if;
  select count(*) as number, coalesce(sum(share_cents), 0) as shares, coalesce(max(due_days), 0) as last_day
    into parts from projects_planneddeliverable where project_id = the_project;
  if parts.number = 0 or parts.shares <> project.fee_cents or parts.last_day <> project.span_days then
    raise exception 'project %: % deliverables share % of %, last due on day % of %', the_project,
      parts.number, parts.shares, project.fee_cents, parts.last_day, project.span_days
      using errcode = '23514', constraint = 'project_shares_add_up';
  end if;
  return null;
end $$;
create constraint trigger project_shares_add_up after insert or update on projects_project
  deferrable initially deferred for each row execute function project_shares_add_up();
create constraint trigger project_shares_add_up after insert or update or delete on projects_planneddeliverable
  deferrable initially deferred for each row execute function project_shares_add_up();

create function engagement_shares_add_up() returns trigger language plpgsql as $$
declare
  the_engagement bigint := case tg_table_name
    when 'projects_engagement' then (to_jsonb(new) ->> 'id')::bigint
    else (coalesce(to_jsonb(new), to_jsonb(old)) ->> 'engagement_id')::bigint end;
  fee bigint;
  shares bigint;
begin
  select fee_cents into fee from projects_engagement where id = the_engagement;
  if not found then return null; end if;
  select coalesce(sum(share_cents), 0) into shares from projects_deliverable where engagement_id = the_engagement;
  if shares <> fee then
    raise exception 'engagement %: deliverables share % of %', the_engagement, shares, fee
      using errcode = '23514', constraint = 'engagement_shares_add_up';
  end if;
  return null;
end $$;
create constraint trigger engagement_shares_add_up after insert or update of fee_cents on projects_engagement
  deferrable initially deferred for each row execute function engagement_shares_add_up();
create constraint trigger engagement_shares_add_up
  after insert or update of share_cents or delete on projects_deliverable
  deferrable initially deferred for each row execute function engagement_shares_add_up();
"""

BACKWARD = """
drop trigger project_shares_add_up on projects_project;
drop trigger project_shares_add_up on projects_planneddeliverable;
drop function project_shares_add_up;
drop trigger engagement_shares_add_up on projects_engagement;
drop trigger engagement_shares_add_up on projects_deliverable;
drop function engagement_shares_add_up;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
