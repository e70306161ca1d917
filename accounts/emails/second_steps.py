"""Letters about a second step of log-in that somebody says they lost."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import SecondStepReset
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic


def second_step_asked(reset: SecondStepReset, *, at: datetime) -> None:
    """With the link that stops it."""
    tell("second_step_asked", reset, path=reset.get_absolute_url(), action="It was not me: stop it", at=at)


def second_step_kept(reset: SecondStepReset, *, at: datetime) -> None:
    tell("second_step_kept", reset, path=reverse("mfa_index"), action="See how you log in", at=at)


def second_step_taken_off(reset: SecondStepReset, *, at: datetime) -> None:
    tell("second_step_taken_off", reset, path=reverse("mfa_index"), action="Set up a new one", at=at)


def tell(template: str, reset: SecondStepReset, *, path: str, action: str, at: datetime, **more: Any) -> None:
    """It cannot be switched off: somebody else may have asked."""
    why = "it is about how your account is entered"
    mail.send(
        f"accounts/{template}",
        to=reset.person,
        key=f"{template}:{reset.pk}",
        at=at,
        about=About(path=path, action=action, why=why, topic=Topic.ACCOUNT),
        effect=reset.effect_at,
        **more,
    )
