-- Daily seals of the book: a hash over the journals of the day, chained to the seal before it. Spelt as
-- PostgreSQL prints it; see 0002_ledger.sql. Which journals a seal covers is written beside it, one row each:
-- a journal whose transaction committed late is found by its absence, and ids of transactions, which start over
-- where a dump is restored on another server, are recorded and never relied on.

CREATE TABLE public.ledger_seal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed_at timestamptz NOT NULL DEFAULT now(),
    journals bigint NOT NULL,
    horizon xid8 NOT NULL,        -- every transaction before it was over when this was sealed
    first_txid xid8,              -- of the journals it covers; null where there were none
    last_txid xid8,
    digest text NOT NULL,
    previous text NOT NULL        -- the digest of the seal before, empty for the first
);

CREATE TABLE public.ledger_sealed (
    journal_id bigint PRIMARY KEY REFERENCES public.ledger_journal,
    seal_id bigint NOT NULL REFERENCES public.ledger_seal
);

CREATE INDEX ledger_sealed_by_seal ON public.ledger_sealed (seal_id, journal_id);
ALTER TABLE public.ledger_seal ADD CONSTRAINT ledger_seal_chained UNIQUE (previous);
ALTER TABLE public.ledger_seal ADD CONSTRAINT ledger_seal_digest CHECK ((digest ~ '^[0-9a-f]{64}$'::text));

CREATE TRIGGER ledger_seal_fixed BEFORE DELETE OR UPDATE ON public.ledger_seal FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_seal_kept BEFORE TRUNCATE ON public.ledger_seal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_sealed_fixed BEFORE DELETE OR UPDATE ON public.ledger_sealed FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_sealed_kept BEFORE TRUNCATE ON public.ledger_sealed FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

ALTER TABLE public.ledger_seal ENABLE ALWAYS TRIGGER ledger_seal_fixed;
ALTER TABLE public.ledger_seal ENABLE ALWAYS TRIGGER ledger_seal_kept;
ALTER TABLE public.ledger_sealed ENABLE ALWAYS TRIGGER ledger_sealed_fixed;
ALTER TABLE public.ledger_sealed ENABLE ALWAYS TRIGGER ledger_sealed_kept;
