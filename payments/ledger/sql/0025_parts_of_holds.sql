-- The parts of a payment that is held are what was paid for them: no part is added to it, none taken away.
-- Spelt as PostgreSQL prints it; see 0002_ledger.sql.

CREATE OR REPLACE FUNCTION public.payments_hold_adds_up()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    the_hold uuid := CASE TG_TABLE_NAME WHEN 'payments_hold' THEN to_jsonb(NEW) ->> 'id'
        ELSE coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'hold_id' END;
    hold record;
    shares bigint;
BEGIN
    SELECT status, student_fee_cents INTO hold FROM public.payments_hold WHERE id = the_hold;
    IF FOUND AND hold.status IN ('funded', 'settled') THEN
        SELECT coalesce(sum(amount_cents), 0) INTO shares FROM public.payments_share WHERE hold_id = the_hold;
        IF shares <> hold.student_fee_cents THEN
            RAISE EXCEPTION 'hold %: its parts share % of %', the_hold, shares, hold.student_fee_cents
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_hold_adds_up';
        END IF;
    END IF;
    RETURN NULL;
END
$function$;

CREATE CONSTRAINT TRIGGER payments_hold_adds_up AFTER INSERT OR UPDATE OF status ON public.payments_hold DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_hold_adds_up();
CREATE CONSTRAINT TRIGGER payments_share_adds_up AFTER INSERT OR DELETE OR UPDATE ON public.payments_share DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_hold_adds_up();

ALTER TABLE public.payments_hold ENABLE ALWAYS TRIGGER payments_hold_adds_up;
ALTER TABLE public.payments_share ENABLE ALWAYS TRIGGER payments_share_adds_up;
