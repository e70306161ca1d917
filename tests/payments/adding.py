"""More work as tests add it to an engagement: proposed, agreed on, being paid, held."""

from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import adding_work, funding, operations, paying_for_work, tasks
from payments.adding_work import Terms
from projects.models import Engagement
from tests import stages

TERMS = Terms(
    title="A second round",
    brief="Talk to six more patients.",
    criteria=["Six interviews", "Notes of each", "One page of findings"],
    fee_cents=30000,
    hours=10,
    due_days=7,
)


def letters(template, **where):
    return Letter.objects.filter(template=f"payments/more_work_{template}", **where)


def now(engagement):
    return Engagement.objects.get(pk=engagement.pk)


def propose(engagement, terms=TERMS, *, by=None, at=None, flagged=False, **changes):
    terms, said = terms._replace(**changes), {"by": by or engagement.offered_by, "at": at or timezone.now()}
    return adding_work.propose(now(engagement), terms, flagged=flagged, **said)


def agreed(engagement, *, at=None, **changes):
    more = propose(engagement, at=at, **changes)
    return adding_work.agree(more, by=engagement.student, at=at or timezone.now())


def page(engagement, more, *, at=None):
    """The employer opens the payment page; its hold knows the session then."""
    hold = paying_for_work.open_payment(more, by=engagement.offered_by, at=at or timezone.now())
    operations.run_due(at=at or timezone.now())
    hold.refresh_from_db()
    return hold


def held(sandbox, engagement=None, *, at=None, **changes):
    """More work that is agreed on, paid and held: the third part of the work."""
    at = at or timezone.now()
    engagement = engagement or stages.under_way(sandbox, at=at)
    hold = page(engagement, agreed(engagement, at=at, **changes), at=at)
    sandbox.pay(hold.checkout_session)
    funding.confirm_payment(hold, at=at)
    tasks.sweep_once(at=at)
    return now(engagement)
