"""What the app's role may do with each table: everything it needs, and nothing that a guard forbids."""

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

LEAST_SERVER = 180000  # PostgreSQL 18: uuidv7()

# Rows that are only ever added. Each name is a LIKE pattern over the table's name.
APPEND_ONLY = (
    *("ledger_account", "ledger_journal", "ledger_entry", "ledger_seal", "ledger_sealed"),
    *("%transition", "kernel_auditentry", "projects_pardon", "payments_reconciliationrun"),
)
READ_ONLY = ("django_migrations", "ledger_balance")


def grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` its rights on all that stands in the schema now. Called by the owner after it migrated.

    Rights given before are taken back first, so that moving a table to another list is enough.
    """
    app, database = sql.Identifier(role), sql.Identifier(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        run = cursor.execute
        run(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))
        run(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        run(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(app))
        run(
            "SELECT tablename, tablename LIKE ANY (%s), tablename LIKE ANY (%s)"
            " FROM pg_tables WHERE schemaname = 'public'",
            [list(READ_ONLY), list(APPEND_ONLY)],
        )
        for table, read_only, append_only in cursor.fetchall():
            rights = (
                "SELECT"
                if read_only
                else "SELECT, INSERT"
                if append_only
                else "SELECT, INSERT, UPDATE, DELETE"
            )
            name = sql.Identifier(table)
            run(sql.SQL("REVOKE ALL ON TABLE {} FROM {}").format(name, app))
            run(sql.SQL("GRANT {} ON TABLE {} TO {}").format(sql.SQL(rights), name, app))
        # A dump is restored without privileges, so what the migrations took from everybody is taken again.
        run(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        )
        for (function,) in cursor.fetchall():
            run(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function)))
