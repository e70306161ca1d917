"""One marketplace with somebody in every state that a page can show, made by calling the rules.

`people` are there first; `posting` is what goes on before an offer, `money` what goes on from an offer on;
`words` are the names and sentences that all of them use.
"""

from types import SimpleNamespace

from django.utils import timezone

from marketplace.kernel.models import AuditEntry, Case
from projects.models import Engagement
from tests.site.every_page.world import money, people, posting


def build(sandbox, *, stripe):
    """Everything by a name of its own: people, projects, applications, engagements; Stripe's pages at `stripe`."""
    world = SimpleNamespace(now=timezone.now(), sandbox=sandbox, stripe=stripe, inside={})
    steps = (
        people.people,
        people.staff,
        people.proofs,
        people.keepers,
        people.losers,
        posting.projects,
        posting.edits,
        posting.talk,
        posting.applications,
        posting.openings,
        money.offers,
        money.payers,
        money.lines,
        posting.reports,
        posting.hush,
        posting.crowd,
        money.work,
        money.correspondence,
        money.payees,
        money.back_office,
        money.at_stripe,
        people.second_thoughts,
        people.copies,
        people.powers,
    )
    for part in steps:
        part(world)
    for name, kind in (
        ("odd", "project"),
        ("edit", "edit"),
        ("number", "company"),
        ("report", "report"),
        ("flag", "flag"),
        ("appeal", "appeal"),
        ("loser_reset", "reset"),
    ):
        setattr(world, f"{name}_case", Case.objects.of(kind, getattr(world, name)).get().public_id)
    world.act = AuditEntry.objects.order_by("pk").last()
    for name, thing in list(vars(world).items()):
        if isinstance(thing, Engagement):
            setattr(world, f"{name}_hold", thing.holds.get(number=1))
    return world
