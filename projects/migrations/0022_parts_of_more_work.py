"""Parts that are agreed on after the offer: beyond its fee, which all others still add up to."""

from django.db import migrations, models

NOW = """
create or replace function engagement_shares_add_up() returns trigger language plpgsql as $$
declare
  the_engagement bigint := case tg_table_name
    when 'projects_engagement' then (to_jsonb(new) ->> 'id')::bigint
    else (coalesce(to_jsonb(new), to_jsonb(old)) ->> 'engagement_id')::bigint end;
  fee bigint;
  shares bigint;
begin
  select fee_cents into fee from projects_engagement where id = the_engagement;
  if not found then return null; end if;
  select coalesce(sum(share_cents), 0) into shares from projects_deliverable
    where engagement_id = the_engagement and not is_added;
  if shares <> fee then
    raise exception 'engagement %: deliverables share % of %', the_engagement, shares, fee
      using errcode = '23514', constraint = 'engagement_shares_add_up';
  end if;
  return null;
end $$;
"""

BEFORE = """
create or replace function engagement_shares_add_up() returns trigger language plpgsql as $$
declare
  the_engagement bigint := case tg_table_name
    when 'projects_engagement' then (to_jsonb(new) ->> 'id')::bigint
    else (coalesce(to_jsonb(new), to_jsonb(old)) ->> 'engagement_id')::bigint end;
  fee bigint;
  shares bigint;
begin
  select fee_cents into fee from projects_engagement where id = the_engagement;
  if not found then return null; end if;
  select coalesce(sum(share_cents), 0) into shares from projects_deliverable
    where engagement_id = the_engagement;
  if shares <> fee then
    raise exception 'engagement %: deliverables share % of %', the_engagement, shares, fee
      using errcode = '23514', constraint = 'engagement_shares_add_up';
  end if;
  return null;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0021_messages'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='deliverable',
            name='deliverable_number_in_bounds',
        ),
        migrations.AddField(
            model_name='deliverable',
            name='is_added',
            field=models.BooleanField(default=False, verbose_name='agreed on after the offer, on a payment of its own'),
        ),
        migrations.AddConstraint(
            model_name='deliverable',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 6)), name='deliverable_number_in_bounds'),
        ),
        migrations.RunSQL(NOW, BEFORE),
    ]
