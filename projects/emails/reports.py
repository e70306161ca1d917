"""Letters to whoever reported something."""

from datetime import datetime

from django.urls import reverse

from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.models import Report

WHAT = {
    "project": "a project",
    "company": "a company",
    "person": "somebody’s page",
    "application": "an application",
    "engagement": "work under way",
    "question": "a question",
    "message": "a message",
}


def report_decided(report: Report, *, note: str, at: datetime) -> None:
    mail.send(
        f"projects/report_{report.status}",
        to=report.reporter,
        key=f"report_decided:{report.pk}",
        at=at,
        about=About(
            path=reverse("projects:blocks"),
            action="See whom you blocked",
            why="you reported something",
            topic=Topic.DECISIONS,
        ),
        what=WHAT[report.kind],
        day=report.made_at,
        note=note,
    )
