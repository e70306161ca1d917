"""What somebody who may would send to each door of the API."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

BID = {"motivation": "I held interviews before.", "answers": ["A guide.", "Four days."]}
COMPANY = {
    "name": "Reed & Sons",
    "website": "https://reed.example",
    "country": "CA",
    "about": "Boats.",
    "industry": "education",
}
STUDENT = {
    "born_on": "2004-05-17",
    "school": "Delft",
    "country": "NL",
    "hours_a_week": 9,
    "skills": ["sql"],
    "learning_goals": [],
    "industries": [],
    "job_roles": [],
}
MORE_WORK = {
    "title": "A second guide",
    "brief": "As the first one, in Swedish.",
    "criteria": ["One page", "In Swedish", "Read by a nurse"],
    "hours": 3,
    "due_days": 7,
}
PROJECT = "api/v1/projects/<public_id>/"
APPLICATION = "api/v1/applications/<public_id>/"
ENGAGEMENT = "api/v1/engagements/<public_id>/"
PART = f"{ENGAGEMENT}deliverables/<number>/"
DOCUMENTS: dict[str, dict[str, Any]] = {
    "api/v1/projects/": {"company": "maple-health"},
    f"{PROJECT}draft/": {"title": "Half a thought"},
    f"{PROJECT}open-again/": {"window_days": 5},
    f"{PROJECT}changes/": {"title": "Talk to patients"},
    f"{PROJECT}questions/": {"text": "Is there a guide to start from?"},
    f"{PROJECT}waiting/": BID,
    f"{PROJECT}applications/": BID,
    f"{PROJECT}applications/decline/": {"noes": [{"public_id": "nobody", "version": 1, "reason": "skills"}]},
    f"{PROJECT}cancel/": {"why": "mistake"},
    "api/v1/questions/<public_id>/answer/": {"text": "Yes, of last year."},
    "api/v1/questions/<public_id>/decline/": {"reason": "later"},
    f"{APPLICATION}decline/": {"reason": "experience", "note": "Thank you."},
    f"{APPLICATION}offer/colleague/": {"email": "books@example.org", "po_number": "4711"},
    f"{ENGAGEMENT}accept/": {"country": "SE"},
    f"{ENGAGEMENT}cancel/": {"reason": "It is not needed any more."},
    f"{ENGAGEMENT}messages/": {"text": "When shall we speak?"},
    f"{ENGAGEMENT}materials/<number>/": {"note": "On the shared drive."},
    f"{ENGAGEMENT}more-work/": MORE_WORK | {"fee_cents": 6000},
    f"{ENGAGEMENT}more-work/<number>/agree/": {"version": 1},
    f"{ENGAGEMENT}more-work/<number>/decline/": {"version": 1},
    f"{ENGAGEMENT}more-work/<number>/colleague/": {"email": "books@example.org"},
    f"{PART}submissions/": {"text": "The guide.", "criteria_answers": ["Met, see page one."] * 4},
    f"{PART}changes/": {"failing_criteria": [1], "message": "Shorter."},
    "api/v1/money/payee/": {"country": "SE"},
    "api/v1/me/": {"name": "Maya L", "time_zone": "Europe/Paris"},
    "api/v1/me/student/": STUDENT,
    "api/v1/me/page/": {"goals": "More of it.", "shown_to": "all"},
    "api/v1/me/letters/": {"work": "daily"},
    "api/v1/companies/": COMPANY,
    "api/v1/companies/<slug>/": {"about": "Boats."},
    "api/v1/companies/<slug>/proofs/": {"way": "registry", "registry": "Bolagsverket", "number": "556"},
    "api/v1/reports/<kind>/<key>/": {"reason": "money", "text": "It asks for a deposit."},
    "api/v1/me/blocks/": {"kind": "company", "key": "maple-health"},
    "api/v1/me/decisions/<public_id>/": {"text": "It was somebody else."},
    "api/v1/companies/<slug>/people/<pk>/": {"role": "owner"},
    "api/v1/companies/<slug>/invitations/": {"email": "kim@example.org", "role": "manager"},
}
WITH_FILES = {f"{PROJECT}materials/"}


def data(line: Any, things: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The arguments of `World.ask`, with the version that was seen where the door looks at it."""
    if line.route in WITH_FILES:
        return {"data": {"files": SimpleUploadedFile("guide.txt", b"Ask, then listen.\n")}}
    return {"data": DOCUMENTS.get(line.route, {}), "content_type": "application/json"}
