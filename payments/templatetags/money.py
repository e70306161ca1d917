"""The money bar: reserved, held, sent to the student, each with its amount and moment."""

from datetime import datetime
from typing import Any

from django import template

from payments import leaving
from payments.forms import AcceptForm
from payments.models import Payee
from payments.models.bars import bars_of_all
from projects.models import Engagement

register = template.Library()


@register.inclusion_tag("payments/_accept.html", takes_context=True)
def accept_offer(context: dict[str, Any], engagement: Engagement) -> dict[str, Any]:
    """Draw the student's yes to an offer, so that accepting takes one click."""
    return {"engagement": engagement, "form": AcceptForm.asked_of(context["request"].user)}


@register.inclusion_tag("payments/_being_paid.html", takes_context=True)
def being_paid(context: dict[str, Any], engagement: Engagement, role: str) -> dict[str, Any]:
    """Remind a student, from the acceptance on, that money needs an account to go to."""
    status = engagement.Status
    earns = role == "student" and engagement.status in {status.FUNDING, status.ACTIVE, status.COMPLETED}
    return {"is_wanted": earns and not Payee.objects.visible_to(context["request"].user).ready().exists()}


@register.simple_tag
def leaving_pay(engagement: Engagement, at: datetime) -> leaving.Sums | None:
    """What a student would get who left because promised materials stay away; None where nobody may."""
    return leaving.sums_of(engagement, at=at)


@register.inclusion_tag("payments/_bars.html")
def money_bars(engagement: Engagement) -> dict[str, Any]:
    """Draw the bar of each payment of an engagement; nothing where there is none yet."""
    return {"bars": bars_of_all(engagement)}
