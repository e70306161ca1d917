"""Letters about questions that are asked in public: to the company, and what became of one to whoever asked."""

from datetime import datetime
from typing import Any

from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from projects.emails.addressing import to_company
from projects.models import PublicQuestion


def question_asked(question: PublicQuestion, *, at: datetime) -> None:
    """To everybody who may answer, while answers are taken."""
    to_company(
        "question_asked",
        question.project,
        key=f"question_asked:{question.pk}",
        at=at,
        path=question.get_absolute_url(),
        action="Answer it",
        topic=Topic.APPLICATIONS,
        not_after=question.project.applications_close_at,
        question=question.text,
        closes=question.project.applications_close_at,
    )


def question_settled(question: PublicQuestion, *, at: datetime) -> None:
    """Nobody has to answer it any more: who was not told of it by now is not told."""
    mail.tell_no_more(f"question_asked:{question.pk}:", at=at)


def question_answered(question: PublicQuestion, *, at: datetime) -> None:
    to_asker("question_answered", question, at=at, action="See it on the page", answer=question.answer)


def question_declined(question: PublicQuestion, *, at: datetime) -> None:
    reason = question.get_decline_reason_display()
    to_asker("question_declined", question, at=at, action="See the project", reason=reason)


def question_removed(question: PublicQuestion, *, at: datetime) -> None:
    """To whoever asked, and to the company where it had answered."""
    told: dict[str, Any] = {"reasons": question.removal_reasons, "note": question.removal_note}
    to_asker("question_removed", question, at=at, action="See the project", topic=Topic.DECISIONS, **told)
    if question.answer:
        to_company(
            "question_and_answer_removed",
            question.project,
            key=f"question_and_answer_removed:{question.pk}",
            at=at,
            path=question.project.get_absolute_url(),
            action="See the project",
            topic=Topic.DECISIONS,
            question=question.text,
            **told,
        )


def to_asker(
    template: str,
    question: PublicQuestion,
    *,
    at: datetime,
    action: str,
    topic: Topic = Topic.APPLICATIONS,
    **context: Any,
) -> None:
    project = question.project
    about = About(
        path=question.get_absolute_url(),
        action=action,
        why=f"you asked a question about “{project.title}” at {project.company}",
        topic=topic,
    )
    context |= {"title": project.title, "company": str(project.company), "question": question.text}
    key = f"{template}:{question.pk}"
    mail.send(f"projects/{template}", to=question.asker, key=key, at=at, about=about, **context)
