"""One function per letter about projects, applications and due work; each goes out once, by its key."""

from projects.emails.applications import (
    answer_reminder,
    application_agreed,
    application_ask_closed,
    application_ask_ended,
    application_asked,
    application_cancelled,
    application_declined,
    application_not_answered,
    application_received,
    application_second,
    application_sent,
    application_shortlisted,
    application_void,
    application_withdrawn,
)
from projects.emails.moderation import (
    edit_passed,
    edit_refused,
    posting_paused,
    project_edited,
    project_passed,
    project_refused,
    project_removed,
)
from projects.emails.questions import (
    question_answered,
    question_asked,
    question_declined,
    question_removed,
    question_settled,
)
from projects.emails.work import (
    work_due,
    work_overdue,
)

__all__ = [
    "answer_reminder",
    "application_agreed",
    "application_ask_closed",
    "application_ask_ended",
    "application_asked",
    "application_cancelled",
    "application_declined",
    "application_not_answered",
    "application_received",
    "application_second",
    "application_sent",
    "application_shortlisted",
    "application_void",
    "application_withdrawn",
    "edit_passed",
    "edit_refused",
    "posting_paused",
    "project_edited",
    "project_passed",
    "project_refused",
    "project_removed",
    "question_answered",
    "question_asked",
    "question_declined",
    "question_removed",
    "question_settled",
    "work_due",
    "work_overdue",
]
