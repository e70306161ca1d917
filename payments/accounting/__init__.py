"""What the book says to each side: what was reserved, held, sent and given back, all added up by the database."""

from payments.accounting.journeys import Journey, journey_of
from payments.accounting.sides import Side, Sum, Totals, sides_of, students_part

__all__ = ["Journey", "Side", "Sum", "Totals", "journey_of", "sides_of", "students_part"]
