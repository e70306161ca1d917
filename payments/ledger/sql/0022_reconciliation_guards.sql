-- What Stripe booked stays as it was seen, and is one journal for good; what was compared stays; a payout to our
-- bank is what was decided. Spelt as PostgreSQL prints it; see 0002_ledger.sql.

CREATE OR REPLACE FUNCTION public.payments_bt_guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF OLD.journal_id IS NOT NULL
        OR (NEW.id, NEW.type, NEW.reporting_category, NEW.amount_cents, NEW.fee_cents, NEW.net_cents, NEW.currency, NEW.source, NEW.created_at, NEW.imported_at)
            IS DISTINCT FROM
           (OLD.id, OLD.type, OLD.reporting_category, OLD.amount_cents, OLD.fee_cents, OLD.net_cents, OLD.currency, OLD.source, OLD.created_at, OLD.imported_at) THEN
        RAISE EXCEPTION 'balance transaction %: its journal is written once and nothing else changes', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$function$;

CREATE OR REPLACE FUNCTION public.payments_payout_guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (NEW.id, NEW.run_id, NEW.amount_cents, NEW.currency, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.run_id, OLD.amount_cents, OLD.currency, OLD.created_at)
        OR OLD.status IN ('sent', 'failed')
        OR (OLD.first_sent_at IS NOT NULL AND NEW.first_sent_at IS DISTINCT FROM OLD.first_sent_at) THEN
        RAISE EXCEPTION 'payout %: what was decided and how it ended is final', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER payments_bt_frozen BEFORE UPDATE ON public.payments_balancetransaction FOR EACH ROW EXECUTE FUNCTION payments_bt_guard();
CREATE TRIGGER payments_bt_kept BEFORE DELETE ON public.payments_balancetransaction FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_bt_kept_whole BEFORE TRUNCATE ON public.payments_balancetransaction FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_run_kept BEFORE DELETE OR UPDATE ON public.payments_reconciliationrun FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_run_kept_whole BEFORE TRUNCATE ON public.payments_reconciliationrun FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_payout_frozen BEFORE UPDATE ON public.payments_bankpayout FOR EACH ROW EXECUTE FUNCTION payments_payout_guard();
CREATE TRIGGER payments_payout_kept BEFORE DELETE ON public.payments_bankpayout FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_payout_kept_whole BEFORE TRUNCATE ON public.payments_bankpayout FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();

ALTER TABLE public.payments_balancetransaction ENABLE ALWAYS TRIGGER payments_bt_frozen;
ALTER TABLE public.payments_balancetransaction ENABLE ALWAYS TRIGGER payments_bt_kept;
ALTER TABLE public.payments_balancetransaction ENABLE ALWAYS TRIGGER payments_bt_kept_whole;
ALTER TABLE public.payments_reconciliationrun ENABLE ALWAYS TRIGGER payments_run_kept;
ALTER TABLE public.payments_reconciliationrun ENABLE ALWAYS TRIGGER payments_run_kept_whole;
ALTER TABLE public.payments_bankpayout ENABLE ALWAYS TRIGGER payments_payout_frozen;
ALTER TABLE public.payments_bankpayout ENABLE ALWAYS TRIGGER payments_payout_kept;
ALTER TABLE public.payments_bankpayout ENABLE ALWAYS TRIGGER payments_payout_kept_whole;
