"""What the book says to each side: what was reserved, held, sent and given back, all added up by the database."""

from payments.accounting.journeys import Journey, journey_of
from payments.accounting.papers import Line, Paper
from payments.accounting.receipts import receipt_of
from payments.accounting.sides import Side, Sum, Totals, sides_of, students_part, waits_for
from payments.accounting.statements import earned, paid, years_of
from payments.accounting.writing import Record, Section, as_csv, as_pdf, record_as_pdf

__all__ = [
    "Journey",
    "Line",
    "Paper",
    "Record",
    "Section",
    "Side",
    "Sum",
    "Totals",
    "as_csv",
    "as_pdf",
    "earned",
    "journey_of",
    "paid",
    "receipt_of",
    "record_as_pdf",
    "sides_of",
    "students_part",
    "waits_for",
    "years_of",
]
