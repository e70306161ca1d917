-- What may never change about a payment that is held and about an operation at Stripe, whatever the code does.
-- Spelt as PostgreSQL prints it; see 0002_ledger.sql.

-- Records of money stay.
CREATE OR REPLACE FUNCTION public.payments_keep()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION '%: % refused, records of money stay', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$function$;

-- The amounts are frozen at the offer; the payment and its charge once they are the ones that funded it.
CREATE OR REPLACE FUNCTION public.payments_hold_guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (NEW.id, NEW.engagement_id, NEW.number, NEW.currency, NEW.gross_cents, NEW.student_fee_cents, NEW.platform_fee_cents)
        IS DISTINCT FROM
       (OLD.id, OLD.engagement_id, OLD.number, OLD.currency, OLD.gross_cents, OLD.student_fee_cents, OLD.platform_fee_cents) THEN
        RAISE EXCEPTION 'hold %: its terms are frozen', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.funded_at IS NOT NULL
        AND (NEW.payment_intent, NEW.charge, NEW.funded_at)
            IS DISTINCT FROM (OLD.payment_intent, OLD.charge, OLD.funded_at) THEN
        RAISE EXCEPTION 'hold %: the payment that funded it is written once', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$function$;

-- What is to be done is frozen, so that no deploy changes a request under a live key; the end is final;
-- the object at Stripe is written once; a key that was left behind is never used again.
CREATE OR REPLACE FUNCTION public.payments_operation_guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (NEW.id, NEW.hold_id, NEW.payee_id, NEW.kind, NEW.slot, NEW.amount_cents, NEW.currency)
        IS DISTINCT FROM (OLD.id, OLD.hold_id, OLD.payee_id, OLD.kind, OLD.slot, OLD.amount_cents, OLD.currency)
        OR (OLD.params IS NOT NULL AND NEW.params IS DISTINCT FROM OLD.params) THEN
        RAISE EXCEPTION 'operation %: what is to be done is frozen', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('succeeded', 'failed', 'cancelled') AND NEW.status IS DISTINCT FROM OLD.status THEN
        RAISE EXCEPTION 'operation %: % is final', OLD.id, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.stripe_id IS NOT NULL AND NEW.stripe_id IS DISTINCT FROM OLD.stripe_id THEN
        RAISE EXCEPTION 'operation %: its object at Stripe is written once', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.epoch < OLD.epoch
        OR (OLD.first_sent_at IS NOT NULL AND NEW.first_sent_at IS DISTINCT FROM OLD.first_sent_at) THEN
        RAISE EXCEPTION 'operation %: what was sent stays sent', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$function$;

-- An attempt is written before the request and answered once.
CREATE OR REPLACE FUNCTION public.payments_attempt_guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF OLD.outcome <> ''
        OR (NEW.id, NEW.operation_id, NEW.number, NEW.epoch, NEW.sent_at)
            IS DISTINCT FROM (OLD.id, OLD.operation_id, OLD.number, OLD.epoch, OLD.sent_at) THEN
        RAISE EXCEPTION 'attempt %: it is answered once and changes in nothing else', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER payments_hold_frozen BEFORE UPDATE ON public.payments_hold FOR EACH ROW EXECUTE FUNCTION payments_hold_guard();
CREATE TRIGGER payments_hold_kept BEFORE DELETE ON public.payments_hold FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_hold_kept_whole BEFORE TRUNCATE ON public.payments_hold FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_operation_frozen BEFORE UPDATE ON public.payments_operation FOR EACH ROW EXECUTE FUNCTION payments_operation_guard();
CREATE TRIGGER payments_operation_kept BEFORE DELETE ON public.payments_operation FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_operation_kept_whole BEFORE TRUNCATE ON public.payments_operation FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_attempt_frozen BEFORE UPDATE ON public.payments_operationattempt FOR EACH ROW EXECUTE FUNCTION payments_attempt_guard();
CREATE TRIGGER payments_attempt_kept BEFORE DELETE ON public.payments_operationattempt FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER payments_attempt_kept_whole BEFORE TRUNCATE ON public.payments_operationattempt FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();

ALTER TABLE public.payments_hold ENABLE ALWAYS TRIGGER payments_hold_frozen;
ALTER TABLE public.payments_hold ENABLE ALWAYS TRIGGER payments_hold_kept;
ALTER TABLE public.payments_hold ENABLE ALWAYS TRIGGER payments_hold_kept_whole;
ALTER TABLE public.payments_operation ENABLE ALWAYS TRIGGER payments_operation_frozen;
ALTER TABLE public.payments_operation ENABLE ALWAYS TRIGGER payments_operation_kept;
ALTER TABLE public.payments_operation ENABLE ALWAYS TRIGGER payments_operation_kept_whole;
ALTER TABLE public.payments_operationattempt ENABLE ALWAYS TRIGGER payments_attempt_frozen;
ALTER TABLE public.payments_operationattempt ENABLE ALWAYS TRIGGER payments_attempt_kept;
ALTER TABLE public.payments_operationattempt ENABLE ALWAYS TRIGGER payments_attempt_kept_whole;
