"""Reports on the desk."""

from typing import Any

from django.urls import reverse

from marketplace.site.desk.kinds import Kind, No, by_number, whom
from projects import reporting
from projects.models import Report

NOES = {
    "removed": No("What was reported is taken down", "We took it off the site."),
    "warned": No("Whoever did it is warned or limited", "We told whoever did it, and keep an eye on it."),
    "suspended": No("Whoever did it is suspended", "Whoever did it cannot use the site any more."),
    "changed": No("It is put right", "It was put right."),
}


def read(report: Report) -> dict[str, Any]:
    subject, kind = report.subject, report.kind
    links = {
        "project": "admin:projects_project_change",
        "company": "admin:accounts_company_change",
        "person": "admin:accounts_user_change",
        "question": "admin:projects_publicquestion_change",
        "message": "admin:projects_message_change",
    }
    companies, people = reporting.concerned(subject)
    return {
        "report": report,
        "whom": whom(companies, people),
        "subject": subject,
        "address": reverse(links[kind], args=[subject.pk]) if kind in links else subject.get_absolute_url(),
        "earlier": Report.objects.filter(**{kind: subject}).exclude(pk=report.pk).order_by("-pk")[:10],
    }


REPORT = Kind(
    waiting=lambda ids: by_number(Report.objects.waiting().with_subjects().filter(pk__in=ids)),
    template="admin/desk/report.html",
    context=read,
    yes=reporting.dismiss,
    yes_label="Not against the rules",
    yes_means="Whoever reported it is told so, kindly.",
    no=reporting.uphold,
    no_label="Against the rules",
    noes=NOES,
    in_batch=False,
)
