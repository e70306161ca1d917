"""What goes on before an offer: projects and their edits, public questions, applications, waiting lists."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.models import User
from marketplace.kernel.models import SecondSignature
from payments import appealing, cancelling, sanctioning
from projects import (
    applying,
    asking,
    attaching,
    blocking,
    closing,
    editing,
    moderating,
    opening,
    posting,
    reporting,
    selecting,
)
from projects.drafts import draft_of
from projects.models import Flag
from tests import cast
from tests.site.every_page.world.words import ANSWER, LONG_TITLE, NOTES, PDF, PROMISED, TRIAL, WHY


def opened(w, employer=None, *, days=0, **changes):
    at = w.now - timedelta(days=days)
    return cast.an_open_project(employer or w.employer, at=at, moderator=w.moderator, **changes)


def applied(w, student, project, *, days=0):
    words = {"motivation": WHY, "answers": [ANSWER] * len(project.questions)}
    return cast.an_application(student, project, at=w.now - timedelta(days=days), **words)


def edited(w, project, **wanted):
    draft = draft_of(project)
    parts = [part._replace(share_cents=0) for part in draft["parts"]]
    return editing.edit_project(project, by=w.employer, at=w.now, **draft | {"parts": parts} | wanted)


def projects(w):
    w.empty_draft = cast.a_draft(w.employer, template=None)
    w.draft = cast.a_draft(w.employer)
    w.refused = cast.a_refused_project(w.employer)
    w.checked = cast.a_project_in_moderation(w.employer)
    w.trial = with_materials(w)
    w.odd = cast.a_project_in_moderation(w.other, title="Write to me at sam@example.org, or by Telegram")
    w.open = opened(w, days=2, seats=5)
    w.paused, w.quiet = opened(w, days=1), opened(w)
    w.silent = opened(w, days=15)
    w.long_open = opened(w, w.other, title=LONG_TITLE, seats=2)
    for days, template in enumerate(("usability-check", "survey-report"), start=3):
        opened(w, w.other, days=days, template=template)


def with_materials(w):
    """A paid trial with files, links and promises."""
    links = ["https://maple-health.example/a-long-address/of-a-page/that-is-public/for-everybody"]
    draft = cast.a_draft(w.other, at=w.now, promised_materials=PROMISED, material_links=links, **TRIAL)
    attaching.attach(draft, [SimpleUploadedFile("a-logo.pdf", PDF)], by=w.other, at=w.now)
    posting.send_to_moderation(draft, by=w.other, at=w.now)
    return moderating.pass_project(draft, by=w.moderator, at=w.now)


def edits(w):
    """A change that waits for a moderator, one that was refused, and one that is public."""
    w.changing, w.unchanged, w.changed = (opened(w, w.employer) for _ in range(3))
    questions = ["Have you asked people about a page before?", "When are you free in the mornings?"]
    w.edit = edited(w, w.changing, title=LONG_TITLE, fee_cents=60_000, questions=questions)
    w.refused_edit = edited(w, w.unchanged, hours=15)
    reasons = {"codes": ["too_much"], "note": "Five interviews take longer than that."}
    moderating.refuse_edit(w.refused_edit, by=w.moderator, at=w.now, **reasons)
    edited(w, w.changed, title="Six interviews with patients", seats=2)


def talk(w):
    """Public questions in each state; who asked is Maya, or somebody with much to say."""
    w.talked_of = opened(w)
    long = "Which of the clinics is it, and do people there speak French as well as English? " * 6
    for n in range(11):
        text, at = f"{long}({n})" if n == 10 else f"Is number {n} of the clinics open on Saturdays?", w.now
        asker = cast.a_student(f"Asker {n}")
        question = cast.an_answered_question(
            asker, w.talked_of, at=at, text=text, answer=NOTES * (n == 10) or WHY
        )
    given = {"by": w.employer, "at": w.now}
    asking.answer(question, **given, text=f"{ANSWER}\n\nThat is all.")
    w.open_question = cast.a_question(w.maya, w.talked_of, at=w.now)
    declined, removed = (
        cast.a_question(w.maya, w.talked_of, at=w.now, text=f"{n}?") for n in ("Who", "When")
    )
    asking.decline(declined, **given, reason="later")
    why = {"codes": ["another_matter"], "note": "It is about another project."}
    moderating.remove_question(removed, by=w.moderator, at=w.now, **why)
    cast.an_answered_question(w.long, w.paused, at=w.now - timedelta(hours=20))
    cast.a_question(w.maya, w.paused, at=w.now - timedelta(hours=20))


def applications(w):
    w.submitted = applied(w, w.maya, w.open, days=1)
    w.shortlisted = selecting.shortlist(applied(w, w.long, w.open), by=w.employer, at=w.now)
    w.declined = applied(w, w.jonas, w.open)
    note = "We need someone who is free in the mornings; your answers were clear."
    selecting.decline(w.declined, by=w.employer, at=w.now, reason="availability", note=note)
    w.withdrawn = applying.withdraw(applied(w, w.maya, w.paused), by=w.maya, at=w.now)
    posting.pause(w.paused, by=w.employer, at=w.now)
    w.unheard = applied(w, w.maya, w.silent, days=13)
    closing.close_unanswered(w.silent, at=w.now)
    w.dropped = applied(w, w.maya, opened(w))
    given = {"why": "plans_changed", "answers": {w.dropped.public_id: "cancelled"}}
    cancelling.cancel_project(w.dropped.project, by=w.employer, at=w.now, **given)


def openings(w):
    """One that nobody applied to, one that its company closed early, and one that was opened again."""
    w.over = opened(w, days=30)
    closing.close_unanswered(w.over, at=w.now)
    w.early, w.opened_again = opened(w, days=1, seats=2, title=LONG_TITLE), opened(w, days=2)
    w.still_waiting = applied(w, w.long, w.opened_again, days=1)
    applied(w, w.long, w.early)
    for project in (w.early, w.opened_again):
        posting.close_early(project, by=w.employer, at=w.now)
    opening.open_again(w.opened_again, by=w.employer, at=w.now, window_days=9)


def reports(w):
    """Somebody who blocked a company, and told the moderators why."""
    w.blocker = cast.a_student("Bea Blocker")
    told = {
        "reason": "money",
        "text": "They ask for a registration fee.\n" + "A very long word: " + "a" * 200,
    }
    w.report = reporting.report(w.open, by=w.blocker, at=w.now, **told)
    blocking.block_company(cast.company_of(w.new_employer), by=w.blocker, at=w.now)
    why = {"codes": ["elsewhere", "other"], "note": "It happened again.\n" + "a" * 200}
    w.sanction = sanctioning.impose(w.blocker, by=w.moderator, at=w.now, level="warning", **why)
    w.blockers = w.blocker.public_id
    w.a_company, w.new_employers = "company", cast.company_of(w.new_employer).public_id
    w.suspicious = cast.a_student("Sue Spicious")
    cast.an_application(w.suspicious, w.open, at=w.now, motivation="I can cash a cheque.", flagged=True)
    w.flag = Flag.objects.get()
    limited = sanctioning.impose(w.suspicious, by=w.moderator, at=w.now, level="limit", **why)
    others = User.objects.filter(is_staff=True, is_active=True).exclude(pk=w.moderator.pk)
    others = list(others.values_list("pk", flat=True))
    User.objects.filter(pk__in=others).update(is_active=False)  # for a moment there is one admin
    with override_settings(SECOND_PERSON_EMAIL="kim@trust.example", TWO_ADMINS_CENTS=-1):
        sanctioning.impose(w.company, by=w.moderator, at=w.now, level="limit", **why)
    User.objects.filter(pk__in=others).update(is_active=True)
    w.second_token = SecondSignature.objects.get().token
    w.appeal = appealing.appeal(limited, by=w.suspicious, at=w.now, text="It was my brother.")


def hush(w):
    """A company that may post nothing for now, since it left two projects without an answer."""
    w.silent_employer = cast.an_employer("Hugo Lind", "Quiet Works")
    w.silent_company = cast.company_of(w.silent_employer)
    for days in (40, 60):
        project = opened(w, w.silent_employer, days=days)
        applied(w, w.long, project, days=days)
        closing.close_unanswered(project, at=project.answer_by_at)
    w.held_back = cast.a_draft(w.silent_employer)


def crowd(w):
    """A project whose places are taken, and two who wait for one."""
    w.crowded, w.first_waiter = opened(w, title=LONG_TITLE), cast.a_student("Rosa Lim")
    with override_settings(APPLICATIONS_PER_SEAT=1):
        applied(w, w.jonas, w.crowded)
        for student in (w.maya, w.long):
            applying.wait(w.crowded, by=student, at=w.now, motivation=WHY, answers=[ANSWER, ANSWER])
