"""What people type about themselves: the steps of on-boarding and the settings."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.forms.eligibility import UNKNOWN, EligibilityField
from accounts.models import Company, StudentProfile, User
from accounts.models.countries import COUNTRIES
from accounts.models.profiles import MAX_HOURS_A_WEEK
from accounts.models.users import zone_names
from accounts.onboarding import check_age
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.forms import NamesWhatIsMissing

STUDENT, EMPLOYER = "student", "employer"
REGIONS = {
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}


class KeysForm(forms.Form):
    """Single keys in tables, on or off, and the page from which it was chosen."""

    on = forms.BooleanField(required=False)
    next = forms.CharField(max_length=500, required=False)

    def clean_next(self) -> str:
        address = str(self.cleaned_data["next"])
        ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
        return address if ours else ""


class EndSessionForm(forms.Form):
    """Which session ends; none means all but this one."""

    session = forms.IntegerField(required=False)


def country_choices() -> list[tuple[str, str]]:
    return [("", "Choose a country"), *COUNTRIES.items()]


def zone_choices() -> list[tuple[str, Any]]:
    """Zones named after cities, by region: what people know, without the old abbreviations."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zone_names()):
        region, _, city = name.partition("/")
        if city and region in REGIONS:
            regions.setdefault(region, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return [("", "Choose a time zone"), *regions.items(), ("UTC", "UTC")]


class CountryField(forms.ChoiceField):
    """One of the world's countries."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=country_choices,
            widget=forms.Select(attrs={"autocomplete": "country"}),
            error_messages={"required": "Choose a country."},
            **kwargs,
        )


class ProfileForm(NamesWhatIsMissing, forms.ModelForm):
    """What the site calls a person, and when their days end."""

    time_zone = forms.ChoiceField(
        choices=zone_choices,
        widget=forms.Select(attrs={"data-time-zone": "true"}),
        help_text="Deadlines end at 23:59 on your clock.",
        error_messages={"required": "Choose a time zone."},
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["name"].help_text = "As it should stand in an agreement."
        self.fields["name"].error_messages["required"] = "Enter your name."


class IntroductionForm(ProfileForm):
    """The first step: who you are and what brings you here."""

    side = forms.ChoiceField(
        label="What brings you here?",
        choices=[
            (STUDENT, "I study and look for paid projects"),
            (EMPLOYER, "I want to get work done"),
        ],
        widget=forms.RadioSelect(attrs={"data-look": "choices-framed"}),
        help_text="You can add the other side later, in your settings.",
        error_messages={"required": "Choose one of the two."},
    )
    field_order = ("side", "name", "time_zone")

    def profile(self) -> dict[str, str]:
        return {"name": self.cleaned_data["name"], "time_zone": self.cleaned_data["time_zone"]}


class SchoolForm(NamesWhatIsMissing, forms.ModelForm):
    """A student's second step: age, school, country."""

    country = CountryField(label="Country you live in", help_text="It decides how you can be paid.")

    class Meta:
        model = StudentProfile
        fields = ("born_on", "school", "country")
        widgets = {
            "born_on": forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
            "school": forms.TextInput(attrs={"autocomplete": "organization"}),
        }
        labels = {"school": "School or university"}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields[
            "born_on"
        ].help_text = f"You must be {settings.MINIMUM_AGE} or over. It is not shown to others."
        self.fields["born_on"].error_messages |= {
            "required": "Enter your date of birth.",
            "invalid": "Enter a date of birth such as 2004-05-17.",
        }
        self.fields["school"].error_messages["required"] = "Enter the name of your school."

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        try:
            check_age(born_on, today=self.today)
        except RuleViolation as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return born_on


class InterestsForm(NamesWhatIsMissing, forms.ModelForm):
    """A student's last step: what they can, want to learn and explore, and the time they have."""

    class Meta:
        model = StudentProfile
        fields = ("hours_a_week", "skills", "learning_goals", "industries", "job_roles")
        widgets = {
            "hours_a_week": forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "hours a week"}),
            "skills": forms.CheckboxSelectMultiple,
            "learning_goals": forms.CheckboxSelectMultiple,
            "industries": forms.CheckboxSelectMultiple,
            "job_roles": forms.CheckboxSelectMultiple,
        }
        labels: ClassVar[dict[str, str]] = {
            "hours_a_week": "Time you have",
            "skills": "What you can do",
            "learning_goals": "What you want to learn",
            "industries": "Industries to explore",
            "job_roles": "Kinds of work to explore",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "hours_a_week": f"Between 1 and {MAX_HOURS_A_WEEK}.",
            "skills": "Only what you could start with tomorrow.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("skills", "learning_goals", "industries", "job_roles"):
            field: Any = self.fields[name]
            field.queryset = field.queryset.order_by("name")
        self.fields["hours_a_week"].error_messages["required"] = "Enter how many hours a week you have."


class StudentForm(InterestsForm):
    """What a student may change later; the date of birth stays."""

    country = CountryField(label="Country you live in")
    may_work_as = EligibilityField(required=False)

    class Meta(InterestsForm.Meta):
        fields = ("school", "country", *InterestsForm.Meta.fields, "may_work_as")  # type: ignore[assignment]
        labels: ClassVar[dict[str, str]] = InterestsForm.Meta.labels | {"school": "School or university"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["may_work_as"] = self.initial.get("may_work_as") or [UNKNOWN]


class CompanyForm(NamesWhatIsMissing, forms.ModelForm):
    """An employer's second step: the company that posts and pays."""

    website = Company._meta.get_field("website").formfield(
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
        help_text="Such as https://maple.example",
    )
    country = CountryField(label="Country of the company")

    class Meta:
        model = Company
        fields = ("name", "website", "industry", "country", "about")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "about": forms.Textarea(attrs={"maxlength": "1000", "data-count": "true", "rows": "4"}),
        }
        help_texts = {
            "about": "In a few sentences: what you make or do, and for whom. Students read this.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        industry: Any = self.fields["industry"]
        industry.queryset = industry.queryset.order_by("name")
        industry.empty_label = "Choose an industry"
        industry.error_messages["required"] = "Choose an industry."
        self.fields["about"].required = True
        self.fields["about"].error_messages["required"] = "Say what the company does."
        self.fields["name"].error_messages["required"] = "Enter the name of the company."


class EditCompanyForm(CompanyForm):
    """What an owner changes later; what was proven is shown and stays."""

    PROVEN = ("name", "website")

    def __init__(self, *args: Any, is_proven: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.PROVEN if is_proven else ():
            self.fields[name].disabled = True
            self.fields[name].help_text = "Proven, so it stays. The site’s staff can change it."
