"""What an address may say to search and narrow the list of projects."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.http import urlencode

from accounts.models import Eligibility
from marketplace.kernel.money import Money
from projects import discovering
from projects.discovering import Choice, Page, Wish
from projects.forms.fields import MoneyField
from projects.models.finding import Place

SALT = "projects.place"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_HOURS = 999
TRIAL, LONGER = "trial", "longer"


class PlaceField(forms.CharField):
    """Where the page before ended, as signed text: whoever reads an address learns and changes nothing."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            micros, pk, in_front = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise ValidationError("This page of the list is not known.") from error
        return Place(EPOCH + timedelta(microseconds=micros), pk, in_front)


def written(place: Place) -> str:
    micros = (place.published_at - EPOCH) // MICROSECOND
    return signing.dumps([micros, place.pk, place.in_front], salt=SALT)


class SearchForm(forms.Form):
    """The whole search as it stands in the address. A page overlooks what is wrong in it, the API says so."""

    q = forms.CharField(
        label="Search",
        max_length=200,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "data-search": "", "placeholder": "Interviews, spreadsheets"}
        ),
    )
    industry = forms.ChoiceField(label="Industry", required=False)
    role = forms.ChoiceField(label="Kind of work", required=False)
    eligibility = forms.ChoiceField(
        label="Student works as", choices=[("", "Any"), *Eligibility.choices], required=False
    )
    length = forms.ChoiceField(
        label="Length", choices=[("", "Any"), (TRIAL, "Paid trial"), (LONGER, "Longer")], required=False
    )
    hours_min = forms.IntegerField(label="Hours, at least", min_value=0, max_value=MOST_HOURS, required=False)
    hours_max = forms.IntegerField(label="Hours, at most", min_value=1, max_value=MOST_HOURS, required=False)
    pay_min = MoneyField(label="Pay an hour, at least", required=False)
    after = PlaceField(label="Page", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "find_%s"} | kwargs)
        self.offered: dict[str, list[Choice]] = {
            "industry": discovering.industries(),
            "role": discovering.job_roles(),
        }
        for name, terms in self.offered.items():
            field: Any = self.fields[name]
            field.choices = [("", "Any"), *((term.slug, term.name) for term in terms)]
        for name in ("hours_min", "hours_max"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric"}
        self.fields["pay_min"].widget.attrs["placeholder"] = str(Money(settings.PAY_FLOOR_CENTS).cents // 100)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        least, most = values.get("hours_min"), values.get("hours_max")
        if least is not None and most is not None and least > most:
            self.add_error("hours_max", "This is less than the least hours.")
        return self.cleaned_data

    def wish(self) -> Wish:
        """What is wanted, as far as it can be read."""
        self.is_valid()
        values = self.cleaned_data
        return Wish(
            words=values.get("q", ""),
            industry=self.chosen("industry"),
            job_role=self.chosen("role"),
            hours_min=values.get("hours_min"),
            hours_max=values.get("hours_max"),
            pay_min_cents=values.get("pay_min"),
            eligibility=values.get("eligibility", ""),
            is_trial={TRIAL: True, LONGER: False}.get(values.get("length", "")),
        )

    def chosen(self, name: str) -> int | None:
        slug = self.cleaned_data.get(name)
        return next((term.pk for term in self.offered[name] if term.slug == slug), None)

    def page(self) -> Page:
        return discovering.page_of(self.wish(), after=self.cleaned_data.get("after"))

    # The address

    def query(self, *, end: Place | None = None) -> str:
        """The search as the shortest query string; `end` asks for the page that follows it."""
        query = {}
        for name in self.fields:
            value = self.data.get(name, "").strip()
            if value and name != "after" and name not in self.errors:
                query[name] = value
        if end is not None:
            query["after"] = written(end)
        return f"?{urlencode(query)}" if query else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query())

    @property
    def is_later_page(self) -> bool:
        return self.cleaned_data.get("after") is not None

    def overlooked(self) -> list[str]:
        """One sentence for each part of the address that could not be used."""
        return [
            f"{self[name].label}: {errors[0]}" for name, errors in self.errors.items() if name in self.fields
        ]
