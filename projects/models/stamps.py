"""What tells whether a page that somebody has open is still true: versions and counts, which only ever grow."""

from typing import Any

from django.db.models import Aggregate, Count, OuterRef, QuerySet, Subquery, Sum

from projects.models.applications import Application
from projects.models.engagements import Engagement
from projects.models.projects import Project

# What the workroom shows of money, promised materials and messages without any row of its own changing its version.
BESIDE = (
    Count("holds__shares__releases__sent_at"),
    Count("holds__shares__releases__undone_at"),
    Count("holds__shares__refund__operation__done_at"),
    Count("promised_materials__given_at"),
    Count("materials_asked_at"),
    Count("messages"),
)


def of_row(model: Any, aggregate: Aggregate) -> Subquery:
    """One aggregate over what belongs to the row at hand; each stands alone, so that none multiplies another."""
    row = model.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
    return Subquery(row.annotate(found=aggregate).values("found"))


def written(values: Any) -> str:
    return "-".join(str(value or 0) for value in values)


def first(rows: QuerySet[Any], *what: Any) -> Any:
    """These values of the one row, or None where there is no such row; one query."""
    return rows.values_list(*what).order_by().first()


def of_workroom(engagements: QuerySet[Engagement]) -> str | None:
    sums = (Sum("deliverables__version"), Sum("holds__version"), Sum("more_work__version"), *BESIDE)
    found = first(engagements, "version", *(of_row(Engagement, each) for each in sums))
    return found and written(found)


def of_application(applications: QuerySet[Application]) -> str | None:
    offers = of_row(Application, Sum("engagements__version"))
    found = first(applications, "version", "project__version", offers)
    return found and written(found)


def of_list(applications: QuerySet[Application]) -> str:
    return written(applications.order_by().aggregate(Count("pk"), Sum("version")).values())


def of_project(projects: QuerySet[Project]) -> str | None:
    """Of the project as its company sees it, with its applicants and offers and what was asked in public."""
    counted = (Count("applications"), Sum("applications__version"), Sum("engagements__version"))
    asked = (
        Count("public_questions"),
        Sum("public_questions__version"),
        Count("edits"),
        Sum("edits__version"),
    )
    found = first(projects, "version", *(of_row(Project, each) for each in (*counted, *asked)))
    return found and written(found)
