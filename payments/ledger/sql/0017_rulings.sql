-- As in 0011, and what a reversal stands on is frozen with it.
CREATE OR REPLACE FUNCTION public.payments_operation_guard()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (NEW.id, NEW.hold_id, NEW.payee_id, NEW.kind, NEW.slot, NEW.amount_cents, NEW.currency, NEW.fraud_finding_id)
        IS DISTINCT FROM (OLD.id, OLD.hold_id, OLD.payee_id, OLD.kind, OLD.slot, OLD.amount_cents, OLD.currency, OLD.fraud_finding_id)
        OR (OLD.params IS NOT NULL AND NEW.params IS DISTINCT FROM OLD.params
            AND NOT (NEW.params IS NULL AND OLD.status IN ('succeeded', 'failed', 'cancelled'))) THEN
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
