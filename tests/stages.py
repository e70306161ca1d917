"""How far an engagement has come: each stage reached by the rules, on a card that the stand-in charged."""

from django.utils import timezone

from accounts.models import Company
from payments import funding, offering, operations, paying_out, releasing, reviewing, tasks
from tests import cast


def paid_for(sandbox, *, at=None, **changes):
    """An application to a company whose offers have no limit."""
    at = at or timezone.now()
    project = cast.an_open_project(at=at, **changes)
    Company.objects.filter(pk=project.company_id).update(proven_at=at)
    return cast.an_application(project=project, at=at)


def offered(sandbox, application=None, *, at=None):
    """An offer on a reserved card."""
    at = at or timezone.now()
    application = application or paid_for(sandbox, at=at)
    return paid(sandbox, offering.make_offer(application, by=application.project.posted_by, at=at), at=at)


def paid(sandbox, engagement, *, at):
    """The employer pays for an offer that was made: the card is reserved."""
    hold = engagement.holds.get()
    tasks.sweep_once(at=at)
    hold.refresh_from_db()
    sandbox.pay(hold.checkout_session)
    funding.confirm_payment(hold, at=at)
    engagement.refresh_from_db()
    return engagement


def under_way(sandbox, application=None, *, at=None):
    """An accepted offer whose money is held."""
    at = at or timezone.now()
    return accept(offered(sandbox, application, at=at), at=at)


def accept(engagement, *, at=None):
    """The student says yes to an offer, and the card is charged."""
    at = at or timezone.now()
    payee = paying_out.open_account(engagement.student, country="SE", at=at)
    operations.run_open(payee=payee, at=at)
    offering.accept_offer(engagement, by=engagement.student, at=at)
    tasks.sweep_once(at=at)
    tasks.sweep_once(at=at)
    engagement.refresh_from_db()
    return engagement


def deliver(engagement, *, number=1, at=None, files=(), **given):
    """The next version of a part."""
    part = engagement.deliverables.get(number=number)
    words = {"text": "Here is the work.", "criteria_answers": ["Met, see page one."] * len(part.criteria)}
    return reviewing.submit_work(
        part, by=engagement.student, at=at or timezone.now(), files=files, **words | given
    )


def completed(sandbox, application=None, *, at=None):
    """Work of which every part was handed in and approved."""
    at = at or timezone.now()
    engagement = under_way(sandbox, application, at=at)
    for part in engagement.deliverables.order_by("number"):
        deliver(engagement, number=part.number, at=at)
        releasing.approve_work(part, by=engagement.offered_by, at=at)
    engagement.refresh_from_db()
    return engagement


def everybody(engagement):
    """Who looks at what belongs to an engagement, and with which status."""
    return [
        (engagement.student, 200),
        (engagement.offered_by, 200),
        (cast.a_moderator(), 200),
        (cast.another_student(), 404),
        (cast.another_employer(), 404),
    ]
