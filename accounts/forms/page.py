"""What a student puts on their page beside what they told before, and who may open it."""

from typing import Any, ClassVar

from django import forms

from accounts.models import StudentProfile
from accounts.models.contact import HTTPS_ONLY, validate_link
from accounts.models.profiles import MAX_LINKS
from marketplace.kernel.forms import NamesWhatIsMissing


def link_field(number: int) -> forms.URLField:
    return forms.URLField(
        label=f"Link {number}",
        max_length=200,
        required=False,
        assume_scheme="https",
        validators=[validate_link],
        error_messages={"invalid": HTTPS_ONLY},
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text="To work of yours: a portfolio, code, an article. https only." if number == 1 else "",
    )


class PageForm(NamesWhatIsMissing, forms.ModelForm):
    """The links stand in boxes of their own; empty ones close ranks."""

    class Meta:
        model = StudentProfile
        fields = ("shown_to", "goals", "shows_work")
        widgets = {
            "shown_to": forms.RadioSelect(attrs={"data-look": "choices-framed"}),
            "goals": forms.Textarea(attrs={"maxlength": "600", "data-count": "true", "rows": "4"}),
        }
        help_texts: ClassVar[dict[str, str]] = {
            "shown_to": "Where a project hides names, its company sees your page only from the short-list on.",
            "goals": "The work you look for, and where it should lead.",
            "shows_work": "Title, company, skills and month of each; never what you were paid.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        links = self.initial.get("links", [])
        for number in range(1, MAX_LINKS + 1):
            self.fields[f"link_{number}"] = link_field(number)
            self.initial[f"link_{number}"] = links[number - 1] if number <= len(links) else ""
        self.order_fields(["shown_to", "goals", *self.link_names, "shows_work"])

    @property
    def link_names(self) -> list[str]:
        return [name for name in self.fields if name.startswith("link_")]

    def page(self) -> dict[str, Any]:
        """The arguments of `onboarding.edit_page`; a link that was typed twice stands once."""
        told = {name: value for name, value in self.cleaned_data.items() if name not in self.link_names}
        links = [self.cleaned_data[name] for name in self.link_names if self.cleaned_data[name]]
        return told | {"links": list(dict.fromkeys(links))}
