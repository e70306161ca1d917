"""The private question how a student may work."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Eligibility

UNKNOWN = "unknown"


class EligibilityField(forms.MultipleChoiceField):
    """Any of the kinds, or that one does not know yet: its value is then empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="How may you work?",
            choices=[
                (Eligibility.CONTRACTOR, "As an independent contractor, on my own account"),
                (Eligibility.STIPEND, "On a stipend that a sponsor gives"),
                (Eligibility.PAYROLL, "On the company’s payroll, as its employee"),
                (UNKNOWN, "I do not know yet"),
            ],
            widget=forms.CheckboxSelectMultiple(attrs={"data-look": "choices-framed"}),
            help_text="Tick all that you may. It can depend on your visa, your school and the country you live in; "
            "your school’s careers or international office can tell you. No employer ever sees your answer.",
            error_messages={"required": "Tick how you may work, or that you do not know yet."},
            **kwargs,
        )

    def clean(self, value: Any) -> list[str]:
        chosen = super().clean(value)
        if UNKNOWN in chosen and len(chosen) > 1:
            raise ValidationError("Tick either how you may work, or that you do not know yet.")
        return [kind for kind in Eligibility.values if kind in chosen]
