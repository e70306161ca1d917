"""What somebody who may would type into each form."""

from typing import Any

from django.utils.http import urlencode

from accounts.models import Company, Industry, JobRole, Skill
from tests.permissions import documents
from tests.permissions.addresses import Line

FORM = "application/x-www-form-urlencoded"
COMPANY = {"name": "Reed & Sons", "website": "https://reed.example", "country": "CA", "about": "Boats."}
SCHOOL = {"born_on": "2004-05-17", "school": "Delft", "country": "NL"}
CRITERIA = {f"criterion_{number}": "Met, see page one." for number in range(1, 8)}
MORE_WORK = documents.MORE_WORK
TYPED: dict[str, dict[str, Any]] = {
    "accounts/welcome/": {"name": "Noor Haddad", "time_zone": "Europe/Paris", "side": "student"},
    "accounts/welcome/student/": SCHOOL,
    "accounts/profile/": {"name": "Maya L", "time_zone": "Europe/Paris"},
    "accounts/profile/page/": {"shown_to": "all", "goals": "More of it.", "link_1": "https://maya.example"},
    "companies/<slug>/people/": {"email": "kim@example.org", "role": "manager"},
    "companies/<slug>/people/<pk>/role/": {"role": "owner"},
    "report/<kind>/<key>/": {"reason": "money", "text": "They ask for a fee."},
    "companies/<slug>/proof/": {"way": "registry", "registry": "Companies House, UK", "number": "0123"},
    "companies/<slug>/pause/": {"reason": "Their mail was down."},
    "accounts/letters/": dict.fromkeys(
        ("work", "messages", "applications", "moderation", "reminders", "team"), "daily"
    ),
    "projects/<public_id>/edit/": {"title": "Half a thought", "save": "1"},
    "projects/<public_id>/cancel/": {"why": "mistake"},
    "engagements/<public_id>/leave/": {"pay_cents": "4000"},
    "projects/<public_id>/open-again/": {"window_days": "5"},
    "projects/<public_id>/remove/": {"codes": "unclear", "note": "Nobody knows the company."},
    "projects/<public_id>/questions/": {"text": "Is there a guide to start from?"},
    "questions/<public_id>/answer/": {"text": "Yes, of last year."},
    "questions/<public_id>/decline/": {"reason": "later"},
    "questions/<public_id>/remove/": {"codes": "private", "note": "It names a patient."},
    "projects/<public_id>/apply/": {
        "motivation": "I want to.",
        "answer_1": "So.",
        "answer_2": "Then.",
    },
    "applications/<public_id>/decline/": {"decline_reason": "experience", "decline_note": "Thank you."},
    "applications/<public_id>/offer/colleague/": {"email": "books@example.org", "po_number": "4711"},
    "engagements/<public_id>/more-work/<number>/colleague/": {"email": "books@example.org"},
    "engagements/<public_id>/messages/": {"text": "When shall we speak?"},
    "engagements/<public_id>/materials/<number>/": {"note": "On the shared drive."},
    "engagements/<public_id>/cancel/": {"reason": "It is not needed any more."},
    "engagements/<public_id>/deliverables/<number>/deliver/": {"text": "The guide."} | CRITERIA,
    "engagements/<public_id>/deliverables/<number>/changes/": {
        "failing_criteria": "1",
        "message": "Shorter.",
    },
    "engagements/<public_id>/more-work/": MORE_WORK
    | {"criteria": "\n".join(MORE_WORK["criteria"]), "fee": "60"},
    "money/payee/set-up/": {"country": "SE"},
    "admin/desk/sanction/<kind>/<public_id>/": {
        "level": "limit",
        "codes": "other",
        "note": "It happened again.",
    },
    "second/<token>/": {"answer": "refuse", "reason": "A warning is enough."},
    "accounts/decisions/<public_id>/": {"text": "It was somebody else."},
    "admin/desk/<public_id>/decide/": {"answer": "yes"},
    "admin/projects/project/<pk>/refuse/": {"codes": "unclear", "note": "Say who takes part."},
    "admin/projects/projectedit/<pk>/refuse/": {"codes": "unclear", "note": "Say who takes part."},
}


def data(line: Line, things: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The arguments of `World.ask` for a POST there, with the version that was seen."""
    if line.route.startswith("api/"):
        return documents.data(line, things)
    version = {"version": things.get(line.thing, {}).get("version", "")}
    return {
        "data": urlencode(version | TYPED.get(line.route, {}) | chosen(line.route), doseq=True),
        "content_type": FORM,
    }


def chosen(route: str) -> dict[str, Any]:
    """What is chosen from lists of this database."""
    match route:
        case "accounts/welcome/company/" | "companies/<slug>/edit/":
            return COMPANY | {"industry": Industry.objects.get(slug="education").pk}
        case "accounts/profile/student/":
            return (
                SCHOOL
                | {"hours_a_week": 9}
                | {
                    "skills": Skill.objects.get(slug="sql").pk,
                    "learning_goals": Skill.objects.get(slug="statistics").pk,
                    "industries": Industry.objects.get(slug="education").pk,
                    "job_roles": JobRole.objects.get(slug="design").pk,
                }
            )
        case "projects/new/":
            return {"company": Company.objects.get(slug="maple-health").pk, "template": ""}
    return {}
