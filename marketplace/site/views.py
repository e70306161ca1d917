"""The pages that need every app: the front page, and in a local run the page of all components."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketplace.kernel.money import Money, platform_fee
from marketplace.site import showing
from marketplace.site.figures import figures
from projects.models import Project

NEWEST = 6
EXAMPLE = Money(30000)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    newest = Project.objects.open().newest_first().for_cards()[:NEWEST]
    return render(request, "site/home.html", {"projects": newest, "figures": figures(at=at), **the_offer()})


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    return render(request, "components/showcase.html", showing.examples(at=timezone.now()))


def the_offer() -> dict[str, Any]:
    """What the site promises, in the numbers of this installation."""
    minimum = Money(settings.PLATFORM_FEE_MINIMUM_CENTS)
    total = EXAMPLE + platform_fee(EXAMPLE, percent=settings.PLATFORM_FEE_PERCENT, minimum=minimum)
    return {
        "example": EXAMPLE,
        "example_steps": example_steps(EXAMPLE, total),
        "numbers": {
            "min_hours": settings.MIN_HOURS,
            "max_hours": settings.MAX_HOURS,
            "floor": Money(settings.PAY_FLOOR_CENTS),
            "fee_percent": settings.PLATFORM_FEE_PERCENT,
            "fee_minimum": minimum,
            "review_days": settings.REVIEW_DAYS,
        },
    }


def example_steps(fee: Money, total: Money) -> list[dict[str, Any]]:
    steps = (
        ("Reserved", "waiting", f"With the offer, {total} is reserved on the employer’s card."),
        ("Held", "held", "The student accepts: it is charged and held. Only now does work start."),
        ("Sent to the student", "released", f"Approved, or left unanswered: {fee} is on its way."),
        ("In their bank", "released", "All of the posted fee. Students pay nothing."),
    )
    return [{"label": label, "mark": mark, "state": "done", "note": note} for label, mark, note in steps]
