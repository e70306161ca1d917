"""A draft, or an edit, as its form shows it at first."""

from typing import Any

from projects import drafts
from projects.drafts import Draft
from projects.models import Project


def initial_of(project: Project) -> dict[str, Any]:
    """A draft as the form shows it."""
    return boxes(drafts.draft_of(project)) | {"version": project.version}


def initial_of_edit(project: Project, draft: Draft) -> dict[str, Any]:
    """An edit as the form shows it."""
    return boxes(drafts.with_even_shares(draft)) | {"version": project.version}


def boxes(whole: Draft) -> dict[str, Any]:
    """A draft by the names of the boxes."""
    draft: dict[str, Any] = dict(whole)
    questions = {f"question_{number}": text for number, text in enumerate(draft.pop("questions"), 1)}
    parts = {
        f"part_{number}_{name}": value
        for number, part in enumerate(draft.pop("parts"), 1)
        for name, value in {
            "title": part.title,
            "criteria": part.criteria,
            "due_days": part.due_days or None,
            "share": part.share_cents or None,
        }.items()
    }
    fee = draft.pop("fee_cents")
    return {**draft, **questions, **parts, "fee": fee}
