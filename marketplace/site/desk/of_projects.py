"""Projects, changes of projects and samples on the desk."""

from typing import Any

from marketplace.site.desk.kinds import Kind, No, by_number
from payments import cancelling
from projects import changes, checking, moderating
from projects.models import Project, ProjectEdit

Reason = Project.RefusalReason
WORDS = {
    Reason.FORBIDDEN_WORK: "The work is on the list of work that nobody may ask for here. "
    "Take that part out, or post something else.",
    Reason.UNCLEAR: "A stranger could not tell from the criteria when the work is done. "
    "Say for each what is to be seen, how much of it, and how good.",
    Reason.TOO_MUCH: "The work does not fit into the hours. Ask for less, or pay for more hours.",
    Reason.CONTACT: "Addresses, numbers, links and other messengers stay out until the money is held. "
    "Take them out; everything can be said here.",
    Reason.FREE_WORK: "It asks applicants for work that is not paid. Ask what they did before instead.",
    Reason.NOT_HONEST: "Something about the company or the work does not seem right. "
    "Tell us who you are and how the work will be used.",
}
NOES = {code.value: No(str(code.label), words) for code, words in WORDS.items()}


def read(project: Project) -> dict[str, Any]:
    return {
        "project": project,
        "findings": checking.findings(project),
        "history": project.history.select_related("by").order_by("pk"),
    }


def read_edit(edit: ProjectEdit) -> dict[str, Any]:
    return {
        "edit": edit,
        "findings": checking.findings_in_draft(changes.unpacked(edit.proposed)),
        "applicants": edit.project.applications.count(),
        "differences": changes.differences(edit),
    }


PROJECT = Kind(
    waiting=lambda ids: by_number(Project.objects.with_all().filter(pk__in=ids, status="in_moderation")),
    template="admin/desk/project.html",
    context=read,
    yes=moderating.pass_project,
    yes_label="Pass and open it",
    yes_means="It opens at once, and the company gets a letter.",
    no=moderating.refuse_project,
    no_label="Refuse",
    noes=NOES,
)
EDIT = Kind(
    waiting=lambda ids: by_number(
        ProjectEdit.objects.waiting().select_related("project__company", "proposed_by").filter(pk__in=ids)
    ),
    template="admin/desk/edit.html",
    context=read_edit,
    yes=moderating.pass_edit,
    yes_label="Pass the change",
    yes_means="It is public at once. The company and everyone who waits for an answer get a letter.",
    no=moderating.refuse_edit,
    no_label="Refuse the change",
    noes=NOES,
)
SAMPLE = Kind(
    waiting=lambda ids: by_number(Project.objects.with_all().filter(pk__in=ids, status__in=Project.LIVE)),
    template="admin/desk/project.html",
    context=read,
    yes=moderating.keep_sample,
    yes_label="Nothing is wrong",
    yes_means="It stays open, as it is.",
    no=cancelling.remove_project,
    no_label="Remove it",
    noes=NOES,
    in_batch=False,
)
