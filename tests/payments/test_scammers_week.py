"""A scammer's week: each of seven tries is stopped where PRODUCT.md says, and nobody loses money."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts import proving, restraining
from accounts.models import Company, Membership
from marketplace.kernel.models import AuditEntry, Case, Letter, Risk
from marketplace.site.desk import deciding
from payments import appealing, clearing, offering, operations, releasing, sanctioning, tasks
from payments.models import FraudCheck
from projects import applying, bidding, editing, moderating, posting, reporting
from projects.drafts import draft_of
from projects.models import Engagement, Flag
from tests import cast, stages

LURE = "Receive payments for us on your bank account and forward them. Write to boss@easy.example."


def test_a_scammer_s_week(sandbox):
    now = timezone.now()
    noor, eli = cast.a_moderator(), cast.a_moderator("Eli Stone")
    scammer, honest = cast.an_employer("Sly Fox", "Easy Money"), cast.a_student()
    company = cast.company_of(scammer)

    # Monday: work that is forbidden, and a way off the site. It is the first on the desk, and refused by one press.
    cast.a_project_in_moderation(cast.another_employer())
    lure = cast.a_project_in_moderation(scammer, brief=LURE)
    first = deciding.take_next(by=noor, at=now)
    assert (first.row_id, first.risk, set(first.signs)) == (
        lure.pk,
        Risk.GRAVE,
        {"forbidden_work", "contact"},
    )
    deciding.decide(first, by=noor, at=now, version=lure.version, codes=["forbidden_work"])
    lure.refresh_from_db()
    assert lure.status == "rejected"

    # Tuesday: a harmless project passes, and its text is changed afterwards. The old text stays until it is read.
    project = cast.an_open_project(scammer, moderator=noor, seats=3)
    changed = draft_of(project) | {"brief": "Write to boss@easy.example."}
    edit = editing.edit_project(project, by=scammer, at=now, **changed)
    project.refresh_from_db()
    assert edit.status == "waiting"
    assert "boss@easy.example" not in project.brief
    assert Case.objects.of("edit", edit).get().risk == Risk.HIGH
    no = {"codes": ["contact"], "note": "Leave the address out."}
    moderating.refuse_edit(edit, by=noor, at=now, **no)

    # Wednesday: a student of their own. Whoever acted for a company within a year does not apply there.
    own = cast.a_student("Own Student")
    ended = {"joined_at": now - timedelta(days=90), "left_at": now - timedelta(days=30)}
    Membership.objects.create(user=own, company=company, role="manager", **ended)
    words = {"motivation": "I want to.", "answers": ["One.", "Two."]}
    with pytest.raises(bidding.OwnCompany):
        applying.apply(project, by=own, at=now, **words)
    # Another one, of whom nothing is known, lures an honest company away.
    fake = cast.a_student("Fake Student")
    other = cast.an_open_project(cast.an_employer("Ida Brandt", "Harbour"), moderator=noor)
    with pytest.raises(bidding.NotBeforeHeld):
        applying.apply(other, by=fake, at=now, **words | {"motivation": "Write to fake@easy.example."})
    cheque = words | {"motivation": "I send you a cheque first."}
    with pytest.raises(bidding.WordsNoticed):
        applying.apply(other, by=fake, at=now, **cheque)
    applying.apply(other, by=fake, at=now, flagged=True, **cheque)
    moderating.uphold_flag(
        Flag.objects.get(), by=noor, at=now, codes=["swindle"], note="A cheque that bounces."
    )

    # Thursday: stolen cards are tried out on one offer. The fifth stops the company.
    bid, second = cast.an_application(honest, project), cast.an_application(fake, project)
    engagement = offering.make_offer(bid, by=scammer, at=timezone.now())
    tasks.sweep_once(at=timezone.now())
    hold = engagement.holds.get()
    for _ in range(5):
        with pytest.raises(ValueError, match="declined"):
            sandbox.pay(hold.checkout_session, card="4000000000000002")
    sandbox.deliver()
    tasks.sweep_once(at=timezone.now())
    with pytest.raises(operations.BeingChecked):
        offering.make_offer(second, by=scammer, at=timezone.now())
    check = FraudCheck.objects.get()
    clearing.clear(check, by=eli, at=timezone.now())  # "our accountant mistyped", and somebody believes it

    # Friday: a stolen card works. An unproven company has little held at once, and it is released after a week.
    sandbox.pay(hold.checkout_session)
    sandbox.deliver()
    tasks.sweep_once(at=timezone.now())
    engagement.refresh_from_db()
    work = stages.accept(engagement)
    with pytest.raises(offering.OverUnprovenLimit):
        offering.make_offer(second, by=scammer, at=timezone.now())
    with pytest.raises(proving.NoDomain):
        proving.prove_by_mail(company, by=scammer, at=timezone.now())
    part = work.deliverables.get(number=1)
    stages.deliver(work)
    released = releasing.approve_work(part, by=scammer, at=timezone.now())
    assert released.operation.not_before >= hold_of(work).funded_at + timedelta(days=7)

    # Saturday: they pay themselves. One device of both sides stops the payment until somebody looks.
    accomplice = stages.offered(sandbox, at_another_company(scammer, fake, noor))
    for person in (accomplice.student, scammer):
        device = {"user_agent": "Firefox", "ip": "93.184.215.14", "session_key": person.public_id}
        UserSession.objects.create(user=person, created_at=now, last_seen_at=now, **device)
    accomplice = stages.accept(accomplice)
    assert hold_of(accomplice).hold_reason == "fraud_review"
    stages.deliver(accomplice)
    with pytest.raises(releasing.PaymentStopped, match="checked for fraud"):
        releasing.approve_work(
            accomplice.deliverables.get(number=1), by=cast.afresh(scammer), at=timezone.now()
        )
    theirs = FraudCheck.objects.get(kind="shared_device")
    why = {"codes": ["self_dealing"], "note": "One device, one person."}
    clearing.uphold(theirs, by=noor, at=timezone.now(), **why)

    # Sunday: an honest student reports them, and two of the staff end it. What was promised to her stays hers.
    told = {"reason": "not_real", "text": "Nobody of this name works there."}
    reporting.report(company, by=honest, at=timezone.now(), **told)
    sanction = sanctioning.impose(
        company,
        level="suspension",
        codes=["cards", "own_dealing"],
        note="Stolen cards.",
        by=noor,
        at=timezone.now(),
    )
    if sanction.status == "proposed":
        sanctioning.sign(sanction, by=eli, at=timezone.now())
    with pytest.raises(restraining.Restrained):
        posting.send_to_moderation(cast.a_draft(scammer), by=scammer, at=timezone.now())
    project.refresh_from_db()
    assert project.status == "removed"
    work.refresh_from_db()
    assert work.status == Engagement.Status.ACTIVE
    part.refresh_from_db()
    assert part.status == "approved"
    appealing.appeal(sanction, by=scammer, at=timezone.now(), text="We are honest.")
    third = cast.a_moderator("Ana Third")
    appealing.keep(sanction, by=third, at=timezone.now(), codes=["shown"], note="It is shown.")

    # And all of it stands in the audit, where nobody can change it.
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert acts >= {
        *("project_refused", "edit_refused", "flag_upheld", "fraud_check_cleared", "fraud_check_upheld"),
        *("suspension_imposed", "appeal_refused"),
    }
    assert Letter.objects.filter(template="accounts/suspension_imposed", to=scammer).exists()


def hold_of(engagement):
    return engagement.holds.get()


def at_another_company(scammer, student, moderator):
    """A bid at a second company of the same owner, which is proven by now."""
    second = Company.objects.create(
        **{name: getattr(cast.company_of(scammer), name) for name in ("industry", "country", "time_zone")},
        name="Quick Cash",
        slug="quick-cash",
        proven_at=timezone.now(),
        created_at=timezone.now(),
    )
    Membership.join(second, scammer, role="owner", at=timezone.now())
    boss = cast.afresh(scammer)
    draft = posting.start_draft(second, by=boss, at=timezone.now(), template=None)
    known = draft_of(cast.a_draft(boss))
    posting.save_draft(draft, by=boss, at=timezone.now(), **known)
    sent = posting.send_to_moderation(draft, by=boss, at=timezone.now())
    return cast.an_application(student, moderating.pass_project(sent, by=moderator, at=timezone.now()))
