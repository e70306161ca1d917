"""How a project begins: what one looks for among the templates, and from which one a draft starts."""

from typing import Any, NamedTuple

from django import forms
from django.utils.http import urlencode

from accounts.models import Company, User
from projects import discovering
from projects.project_templates import TEMPLATES, ProjectTemplate, fitting


class Shelf(NamedTuple):
    """The templates of one industry."""

    name: str
    slug: str
    templates: list[ProjectTemplate]


class GalleryForm(forms.Form):
    """The search as it stands in the address; what is wrong in it is overlooked."""

    q = forms.CharField(
        label="Search",
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "data-search": "", "placeholder": "Interviews, texts, SQL"}
        ),
    )
    industry = forms.ChoiceField(label="Industry", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "find_%s"} | kwargs)
        self.industries = discovering.industries()
        field: Any = self.fields["industry"]
        field.choices = [("", "Any"), *((known.slug, known.name) for known in self.industries)]

    def shelves(self) -> list[Shelf]:
        """What fits, by industry in the order of their names."""
        self.is_valid()
        found = fitting(self.cleaned_data.get("q", ""), self.cleaned_data.get("industry", ""))
        shelves = [
            Shelf(known.name, known.slug, [each for each in found if each.industry == known.slug])
            for known in self.industries
        ]
        return [shelf for shelf in shelves if shelf.templates]

    def query(self) -> str:
        """The search as the shortest query string."""
        self.is_valid()
        said = {name: value for name, value in self.cleaned_data.items() if value}
        return f"?{urlencode(said)}" if said else ""


class StartForm(forms.Form):
    """From which template a draft starts, and for which of one's companies."""

    template = forms.ChoiceField(choices=[("", ""), *((key, key) for key in TEMPLATES)], required=False)
    company = forms.ModelChoiceField(Company.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company: Any = self.fields["company"]
        company.queryset = Company.objects.of(user).order_by("name")
        company.initial = company.queryset.first()

    def start(self) -> dict[str, Any]:
        """The arguments of `posting.start_draft` beside who and when."""
        chosen = self.cleaned_data["template"]
        return {"company": self.cleaned_data["company"], "template": TEMPLATES.get(chosen)}
