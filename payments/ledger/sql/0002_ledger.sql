-- The double-entry book. Every rule that must never bend stands here, beneath any code:
-- the app's role may read and add, the owner's role is bound by the triggers as well.
-- Functions, triggers and CHECKs are spelt as PostgreSQL prints them, so that
-- payments/ledger/guards.py can compare the database with this file word for word.
-- Applied versions of this file never change; a later migration adds a later file.

CREATE TABLE public.ledger_account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code smallint NOT NULL,
    currency text NOT NULL,
    normal smallint NOT NULL,     -- 1 where a debit adds, -1 where a credit adds
    scope_type text NOT NULL,
    scope_id text,                -- null for the platform's own accounts
    guarded boolean NOT NULL      -- never below zero
);

CREATE TABLE public.ledger_balance (
    account_id bigint PRIMARY KEY REFERENCES public.ledger_account,
    posted_cents bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0
);

CREATE TABLE public.ledger_journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    business_key text NOT NULL,   -- one fact of the business is one journal, for ever
    hold_id uuid,
    operation_id uuid,
    stripe_id text,
    stripe_bt text,               -- one balance transaction of Stripe is at most one journal
    occurred_at timestamptz NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    actor text NOT NULL
);

CREATE TABLE public.ledger_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journal_id bigint NOT NULL REFERENCES public.ledger_journal,
    account_id bigint NOT NULL REFERENCES public.ledger_account,
    amount_cents bigint NOT NULL, -- debits positive, credits negative
    currency text NOT NULL,
    line smallint NOT NULL
);

CREATE INDEX ledger_entry_by_account ON public.ledger_entry (account_id, id);
CREATE INDEX ledger_journal_by_hold ON public.ledger_journal (hold_id, id) WHERE hold_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_journal_funded_once ON public.ledger_journal USING btree (hold_id) WHERE (kind = 'funded'::text);

-- The chart of accounts: no account can be opened with a guard switched off or on the wrong side.
CREATE OR REPLACE FUNCTION public.ledger_in_chart(code smallint, normal smallint, scope_type text, guarded boolean)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT (code, normal, scope_type, guarded) IN (
        (1000,  1, 'platform', false),
        (1100,  1, 'platform', false),
        (1200,  1, 'dispute',  false),
        (1300,  1, 'payee',    false),
        (1310,  1, 'company',  false),
        (1900,  1, 'platform', false),
        (2000, -1, 'hold',     true),
        (2100, -1, 'hold',     true),
        (2200, -1, 'hold',     true),
        (2300, -1, 'hold',     true),
        (2500, -1, 'payment',  true),
        (3000, -1, 'platform', false),
        (4000, -1, 'platform', false),
        (5000,  1, 'platform', false),
        (5100,  1, 'platform', false),
        (5200,  1, 'platform', false),
        (5300,  1, 'platform', false),
        (5400,  1, 'platform', false),
        (5500,  1, 'platform', false),
        (9999, -1, 'platform', false)
    )
$function$;

ALTER TABLE public.ledger_account ADD CONSTRAINT ledger_account_once UNIQUE NULLS NOT DISTINCT (code, currency, scope_type, scope_id);
ALTER TABLE public.ledger_account ADD CONSTRAINT ledger_account_in_chart CHECK (ledger_in_chart(code, normal, scope_type, guarded));
ALTER TABLE public.ledger_account ADD CONSTRAINT ledger_account_currency CHECK ((currency ~ '^[a-z]{3}$'::text));
ALTER TABLE public.ledger_account ADD CONSTRAINT ledger_account_scope CHECK (((scope_type = 'platform'::text) = (scope_id IS NULL)));
ALTER TABLE public.ledger_account ADD CONSTRAINT ledger_account_scope_spelt_once CHECK (((scope_id <> ''::text) AND ((scope_type <> 'hold'::text) OR (scope_id = ((scope_id)::uuid)::text))));
ALTER TABLE public.ledger_balance ADD CONSTRAINT ledger_balance_not_negative CHECK ((posted_cents >= 0));
ALTER TABLE public.ledger_journal ADD CONSTRAINT ledger_journal_one_per_fact UNIQUE (business_key);
ALTER TABLE public.ledger_journal ADD CONSTRAINT ledger_journal_one_per_bt UNIQUE (stripe_bt);
ALTER TABLE public.ledger_journal ADD CONSTRAINT ledger_journal_words CHECK (((kind <> ''::text) AND (business_key <> ''::text) AND (actor <> ''::text) AND (stripe_id <> ''::text) AND (stripe_bt <> ''::text)));
ALTER TABLE public.ledger_entry ADD CONSTRAINT ledger_entry_line UNIQUE (journal_id, line);
ALTER TABLE public.ledger_entry ADD CONSTRAINT ledger_entry_amount CHECK (((amount_cents <> 0) AND (abs(amount_cents) <= '100000000000'::bigint)));

-- Append-only, for the owner too.
CREATE OR REPLACE FUNCTION public.ledger_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RAISE EXCEPTION '%: % refused, the ledger is append-only', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$function$;

-- A balance moves only from within another trigger: the one that applies an entry or opens an account.
CREATE OR REPLACE FUNCTION public.ledger_balance_from_entries_only()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger_balance: % refused, balances follow from entries', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$function$;

-- Who posts cannot choose when or in which transaction: the database stamps both.
CREATE OR REPLACE FUNCTION public.ledger_journal_stamp()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    NEW.txid := pg_current_xact_id();
    NEW.posted_at := transaction_timestamp();
    RETURN NEW;
END
$function$;

-- A guarded account has its balance row from the start: an upsert would test the CHECK on the proposed
-- row, so entries only ever update it.
CREATE OR REPLACE FUNCTION public.ledger_account_open()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF TG_RELID <> 'public.ledger_account'::regclass THEN
        RAISE EXCEPTION 'this guard belongs to the ledger' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.guarded THEN
        INSERT INTO public.ledger_balance (account_id) VALUES (NEW.id);
    END IF;
    RETURN NULL;
END
$function$;

-- An entry joins only a journal of its own transaction, in its account's currency, on accounts of the
-- journal's hold, and moves the guarded balance. Transaction ids start over when a dump is restored on
-- another server, so the moment is compared as well.
CREATE OR REPLACE FUNCTION public.ledger_entry_apply()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    journal record;
    account record;
BEGIN
    IF TG_RELID <> 'public.ledger_entry'::regclass THEN
        RAISE EXCEPTION 'this guard belongs to the ledger' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT j.hold_id, j.txid = pg_current_xact_id() AND j.posted_at = transaction_timestamp() AS open
        INTO journal FROM public.ledger_journal j WHERE j.id = NEW.journal_id;
    IF journal.open IS NOT TRUE THEN
        RAISE EXCEPTION 'journal % is closed', NEW.journal_id USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT a.currency, a.normal, a.guarded, a.scope_type, a.scope_id
        INTO account FROM public.ledger_account a WHERE a.id = NEW.account_id;
    IF account.currency IS DISTINCT FROM NEW.currency THEN
        RAISE EXCEPTION 'account % is kept in %, not in %', NEW.account_id, account.currency, NEW.currency
            USING ERRCODE = 'check_violation';
    END IF;
    IF account.scope_type = 'hold' AND account.scope_id IS DISTINCT FROM journal.hold_id::text THEN
        RAISE EXCEPTION 'journal % is not about the hold of account %', NEW.journal_id, NEW.account_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF account.guarded THEN
        UPDATE public.ledger_balance
            SET posted_cents = posted_cents + NEW.amount_cents * account.normal, version = version + 1
            WHERE account_id = NEW.account_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'guarded account % has no balance', NEW.account_id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END
$function$;

-- At COMMIT every journal has at least two lines and sums to zero in each currency.
CREATE OR REPLACE FUNCTION public.ledger_journal_balanced()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    journal bigint;
    lines integer;
BEGIN
    IF TG_TABLE_NAME = 'ledger_journal' THEN
        journal := NEW.id;
    ELSE
        journal := NEW.journal_id;
    END IF;
    SELECT count(*) INTO lines FROM public.ledger_entry e WHERE e.journal_id = journal;
    IF lines < 2 THEN
        RAISE EXCEPTION 'journal % has % lines, it needs two', journal, lines USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM public.ledger_entry e WHERE e.journal_id = journal
               GROUP BY e.currency HAVING sum(e.amount_cents) <> 0) THEN
        RAISE EXCEPTION 'journal % does not balance', journal USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$function$;

-- Two of these run with the owner's rights: nobody else may hang them on a table of their own.
REVOKE ALL ON FUNCTION public.ledger_account_open() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.ledger_entry_apply() FROM PUBLIC;

CREATE TRIGGER ledger_account_fixed BEFORE DELETE OR UPDATE ON public.ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_account_kept BEFORE TRUNCATE ON public.ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_account_opened AFTER INSERT ON public.ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_account_open();
CREATE TRIGGER ledger_balance_follows BEFORE INSERT OR UPDATE ON public.ledger_balance FOR EACH ROW EXECUTE FUNCTION ledger_balance_from_entries_only();
CREATE TRIGGER ledger_balance_fixed BEFORE DELETE ON public.ledger_balance FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_balance_kept BEFORE TRUNCATE ON public.ledger_balance FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_journal_stamped BEFORE INSERT ON public.ledger_journal FOR EACH ROW EXECUTE FUNCTION ledger_journal_stamp();
CREATE TRIGGER ledger_journal_fixed BEFORE DELETE OR UPDATE ON public.ledger_journal FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_journal_kept BEFORE TRUNCATE ON public.ledger_journal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE CONSTRAINT TRIGGER ledger_journal_balances AFTER INSERT ON public.ledger_journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_journal_balanced();
CREATE TRIGGER ledger_entry_applied AFTER INSERT ON public.ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_apply();
CREATE TRIGGER ledger_entry_fixed BEFORE DELETE OR UPDATE ON public.ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entry_kept BEFORE TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_journal_balanced();

-- ALWAYS: not even session_replication_role = replica passes them by.
ALTER TABLE public.ledger_account ENABLE ALWAYS TRIGGER ledger_account_fixed;
ALTER TABLE public.ledger_account ENABLE ALWAYS TRIGGER ledger_account_kept;
ALTER TABLE public.ledger_account ENABLE ALWAYS TRIGGER ledger_account_opened;
ALTER TABLE public.ledger_balance ENABLE ALWAYS TRIGGER ledger_balance_follows;
ALTER TABLE public.ledger_balance ENABLE ALWAYS TRIGGER ledger_balance_fixed;
ALTER TABLE public.ledger_balance ENABLE ALWAYS TRIGGER ledger_balance_kept;
ALTER TABLE public.ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_stamped;
ALTER TABLE public.ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_fixed;
ALTER TABLE public.ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_kept;
ALTER TABLE public.ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_balances;
ALTER TABLE public.ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_applied;
ALTER TABLE public.ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_fixed;
ALTER TABLE public.ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_kept;
ALTER TABLE public.ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_balances;
