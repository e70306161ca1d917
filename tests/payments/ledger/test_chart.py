"""The chart of accounts is the same in Python and in the database."""

import re

from payments.ledger.chart import Code
from payments.ledger.guards import SQL

ROW = re.compile(r"\((\d{4}),\s+(-?1), '(\w+)',\s+(true|false)\)")


def test_the_database_and_the_code_have_the_same_chart():
    written = {
        (int(code), int(side), scope, guard == "true")
        for path in SQL.glob("*.sql")
        for code, side, scope, guard in ROW.findall(path.read_text())
    }
    assert written == {(int(code), code.side, code.scope.value, code.guarded) for code in Code}


def test_what_is_owed_to_people_never_falls_below_zero():
    guarded = {Code.HELD, Code.STUDENT_PAYABLE, Code.REFUND_PAYABLE, Code.CLAWBACK_HELD, Code.UNAPPLIED}
    assert {code for code in Code if code.guarded} == guarded
