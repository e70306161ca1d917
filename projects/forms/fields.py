"""Kinds of boxes that several forms have: an amount of money, lines of text."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from marketplace.kernel.money import SYMBOLS, Money
from projects import drafts, filing
from projects.models.projects import MAX_CRITERIA

AMOUNT = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?")
CRITERION_LENGTH = 200


class MoneyField(forms.Field):
    """An amount as people write it, `300`, `300.5` or `300,50`; its value is whole cents."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        return {"inputmode": "decimal", "autocomplete": "off", "data-unit-before": SYMBOLS[settings.CURRENCY]}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{value // 100}.{value % 100:02d}" if value % 100 else str(value // 100)
        return value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        match = AMOUNT.fullmatch(str(value).strip())
        if match is None:
            raise ValidationError("Enter an amount such as 300 or 300.50.")
        cents = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
        if cents > drafts.MAX_FEE_CENTS:
            raise ValidationError(f"Enter at most {Money(drafts.MAX_FEE_CENTS)}.")
        return cents


class LinesField(forms.CharField):
    """Several short texts, one on each line; its value is the list of them."""

    widget = forms.Textarea

    def __init__(self, *, what: str = "criteria", most: int = MAX_CRITERIA, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.what, self.most = what, most

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str | None) else "\n".join(value)

    def clean(self, value: Any) -> list[str]:
        lines = [line for text in super().clean(value).splitlines() if (line := " ".join(text.split()))]
        if len(lines) > self.most:
            raise ValidationError(f"Give at most {self.most} {self.what}; there are {len(lines)} lines.")
        if long := next((line for line in lines if len(line) > CRITERION_LENGTH), None):
            raise ValidationError(
                f"Keep each line under {CRITERION_LENGTH} characters: “{long[:60]}…” has {len(long)}."
            )
        return lines


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each checked by the same rule that stores them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = [super(FilesField, self).clean(one, initial) for one in data or [] if one]
        if self.required and not files:
            raise ValidationError(self.error_messages["required"], code="required")
        filing.check(files)
        return files
