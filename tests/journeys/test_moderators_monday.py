"""A moderator's Monday: eighty cases of every kind, two moderators at once, by keys; nothing is handled twice.

`make test` has half of them, as many of each kind but of projects; `make deep` has all.
"""

from collections import Counter

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts import proving, resetting
from accounts.models import Company, Sanction
from marketplace.kernel.models import AuditEntry, Case
from payments import appealing, awarding, finding_fraud, releasing, sanctioning
from payments.models import Operation
from payments.operations import finishing, watching
from payments.stripe_gateway import Done
from projects import cases, editing, posting, reporting
from projects.drafts import draft_of
from tests import cast, stages
from tests.deep import DEEP
from tests.journeys.people import Moderator

CASES, IN_BATCH = (80, 34) if DEEP else (40, 8)  # fewer than half in one batch: the others one by one
DESK = "/admin/desk/"
REFUSED = {"Report", "Fraud check", "Objection"}


def many_cases(sandbox):
    """All kinds that wait, made by the rules on a Sunday."""
    now, employer = timezone.now(), cast.an_employer()
    draft, student = cast.a_draft(employer), cast.a_student()
    open_ones = [cast.an_open_project(employer) for _ in range(3)]
    for number, project in enumerate(open_ones):
        words = {"questions": [f"What did you build in {number + 2} days?"]}
        editing.edit_project(project, by=employer, at=now, **draft_of(project) | words)
    for number in range(2):
        founder = cast.an_employer(f"Ada {number}", f"Company {number}")
        company = cast.company_of(founder)
        proving.tell_number(company, by=founder, at=now, registry="Companies House", number=f"0{number}")
        reporting.report(company, by=student, at=now, reason="not_real", text="I cannot find them.")
    for number, project in enumerate(open_ones[:2]):
        other = cast.a_student(f"Student {number}")
        cast.an_application(other, project, motivation="I can cash a cheque.", flagged=True)
        with transaction.atomic():
            cases.sample_waits(open_ones[-1 - number], at=now)
    for company in Company.objects.order_by("-pk")[:2]:
        with transaction.atomic():
            watching.open_check("cards", company, at=now, tries=5)
    decided_by = cast.a_moderator("Ana Before")
    for number in range(2):
        person = cast.a_student(f"Warned {number}")
        why = {"level": "warning", "codes": ["other"], "note": "Please read the rules."}
        warning = sanctioning.impose(person, by=decided_by, at=now, **why)
        appealing.appeal(warning, by=person, at=now, text="It was a misunderstanding.")
    with override_settings(TWO_ADMINS_CENTS=-1):  # so that this waits for a second signature
        sanctioning.impose(person, level="limit", codes=["other"], note="Again.", by=decided_by, at=now)
    chief = cast.a_person("Ada Chief", is_staff=True, is_superuser=True)
    about_money(sandbox, decided_by, at=now)
    for number in range(2):
        TOTP.activate(loser := cast.a_student(f"Lou {number}"), generate_totp_secret())
        resetting.ask_for(loser, by=chief, at=now, reason="A call, and their student card.")
    for _ in range(CASES - Case.objects.waiting().count()):
        posting.send_to_moderation(posting.duplicate(draft, by=employer, at=now), by=employer, at=now)


def about_money(sandbox, decided_by, *, at):
    """Parts that somebody wants to divide, money that somebody wants back, and who objects to that."""
    divided, *sent = (stages.under_way(sandbox, at=at) for _ in range(3))
    with override_settings(TWO_ADMINS_CENTS=-1):
        for part in divided.deliverables.all():
            note = {"student_cents": 5000, "note": "A quarter was usable."}
            awarding.divide(part.hold_share, by=decided_by, at=at, **note)
    signing = cast.a_moderator("Bea Before")
    for number, release in enumerate(release for work in sent for release in releases_of(work, at=at)):
        why = {"codes": ["not_done"], "note": "Both wrote that nothing was to be done."}
        finding = finding_fraud.find(release, by=decided_by, at=at, **why)
        if number % 2:
            finding = finding_fraud.sign(finding, by=signing, at=at)
            student = release.share.hold.engagement.student
            finding_fraud.appeal(finding, by=student, at=at, text="I did all of it.")


def releases_of(engagement, *, at):
    """Both parts approved and sent."""
    for part in engagement.deliverables.order_by("number"):
        stages.deliver(engagement, number=part.number, at=at)
        release = releasing.approve_work(part, by=engagement.offered_by, at=at)
        Operation.objects.filter(pk=release.operation_id).update(status="planned")
        finishing.finish(release.operation_id, Done(id=f"tr_{release.pk}", operation_id="", at=at), at=at)
        release.refresh_from_db()
        yield release


def decide_by_key(moderator):
    """One case read and decided by one key, which leads on; False when the queue is empty."""
    if moderator.page.url.endswith(DESK):
        return False
    kind = moderator.page.locator("#content h1").inner_text().partition(":")[0]
    moderator.page.keyboard.press("1" if kind in REFUSED else "p")
    return True


def without_looks(page):
    """How it looks is seen elsewhere, and to draw it eighty times takes longer than to decide."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setBlockedURLs", {"urls": ["*.css", "*.svg", "*.woff2"]})


def test_all_cases_by_two_moderators(enter, sandbox):
    many_cases(sandbox)
    waiting = Counter(Case.objects.waiting().values_list("kind", flat=True))
    assert sum(waiting.values()) == CASES
    assert set(waiting) == set(Case.Kind.values)
    people = [cast.a_moderator(name) for name in ("Noor Haddad", "Eli Stone")]
    noor, eli = (enter(Moderator, person.name, person) for person in people)
    for moderator in (noor, eli):
        without_looks(moderator.page)
    noor.go(f"{DESK}?kind=project")
    boxes = noor.page.locator("input[name=case]")
    boxes.evaluate_all("(all, many) => all.slice(0, many).forEach(box => box.click())", IN_BATCH)
    noor.press("Pass them")
    noor.page.get_by_text(f"Decided: {IN_BATCH}.").wait_for()
    busy = [noor, eli]
    for moderator in busy:
        moderator.go(DESK)
        moderator.page.keyboard.press("n")
        moderator.left = moderator.page.url
    while busy:  # both press, and only then is it looked where that led each of them
        for moderator in busy:
            moderator.page.wait_for_url(lambda url, seen=moderator: url != seen.left, wait_until="commit")
            moderator.left = moderator.page.url
        busy = [moderator for moderator in busy if decide_by_key(moderator)]

    assert not Case.objects.waiting().exists()
    done = AuditEntry.objects.filter(by__in=people)
    handled = Counter(done.values_list("app", "noun", "row_id"))
    assert len(handled) == CASES
    assert set(handled.values()) == {1}
    assert {entry.by for entry in done} == set(people)
    assert Counter(Case.objects.filter(closed_by__in=people).values_list("kind", flat=True)) == waiting
    assert Sanction.objects.filter(status="standing").count() == 1
