"""What people type about delivered work, changes wanted and a cancellation."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db import models

from accounts.forms.eligibility import EligibilityField
from accounts.models.countries import COUNTRIES
from marketplace.kernel.forms import NamesWhatIsMissing
from payments.models import Hold, Payee, PaymentRequest
from projects import filing
from projects.forms.fields import FilesField
from projects.models import Deliverable, PromisedMaterial, Review, Submission
from projects.models.submissions import MAX_FILE_BYTES, MAX_FILES


def https_first(field: "models.Field[Any, Any]", **kwargs: Any) -> forms.Field | None:
    """An address typed without its scheme is taken as https."""
    if isinstance(field, models.URLField):
        kwargs["assume_scheme"] = "https"
    return field.formfield(**kwargs)


def files_for_two() -> FilesField:
    """Files that only the two sides of an engagement see."""
    most = f"At most {MAX_FILES}, each at most {MAX_FILE_BYTES // filing.MEGABYTE} MB."
    return FilesField(label="Files", required=False, help_text=f"{most} Only you two see them.")


class DeliveryForm(NamesWhatIsMissing, forms.ModelForm):
    """One version of the work, with one answer for each criterion of the deliverable."""

    files = files_for_two()  # type: ignore[assignment]

    class Meta:
        model = Submission
        fields = ("text", "link")
        labels = {"text": "What you deliver"}
        formfield_callback = https_first
        help_texts = {
            "text": "Describe the work or put it here. Markdown works.",
            "link": "A link may go along, but links can change later, so it cannot be the whole delivery.",
        }

    def __init__(self, *args: Any, deliverable: Deliverable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs |= {"rows": 8}
        self.criteria_names = [f"criterion_{n}" for n in range(1, len(deliverable.criteria) + 1)]
        for name, criterion in zip(self.criteria_names, deliverable.criteria, strict=True):
            self.fields[name] = forms.CharField(
                label=criterion,
                max_length=500,
                help_text="How and where is this met?",
                widget=forms.Textarea({"rows": 2}),
            )

    @property
    def criteria(self) -> list[forms.BoundField]:
        return [self[name] for name in self.criteria_names]

    def delivery(self) -> dict[str, Any]:
        """The arguments of `reviewing.submit_work`."""
        data = self.cleaned_data
        return {
            "text": data["text"],
            "link": data["link"],
            "files": data["files"],
            "criteria_answers": [data[name] for name in self.criteria_names],
        }


class MaterialForm(NamesWhatIsMissing, forms.ModelForm):
    """What is handed over of one promised material: a file, a link or a note."""

    files = files_for_two()  # type: ignore[assignment]

    class Meta:
        model = PromisedMaterial
        fields = ("link", "note")
        formfield_callback = https_first
        labels = {"link": "Link", "note": "Note"}
        help_texts = {"note": "Where it is, how to get in, or what to know about it. No passwords."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs |= {"rows": 4}
        self.order_fields(["files", "link", "note"])

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if not self.errors and not (typed["files"] or typed["link"] or typed["note"].strip()):
            self.add_error("files", "Add a file, a link or a note.")
        return typed


class ChangesForm(NamesWhatIsMissing, forms.ModelForm):
    """Which criteria are not met, and what should change."""

    failing_criteria = forms.TypedMultipleChoiceField(
        coerce=int,
        label="Which criteria are not met yet?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Name at least one criterion that is not met yet."},
    )

    class Meta:
        model = Review
        fields = ("failing_criteria", "message")
        help_texts = {"message": "Be concrete: what is missing, and how would you know that it is there?"}

    def __init__(self, *args: Any, deliverable: Deliverable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["failing_criteria"].choices = list(enumerate(deliverable.criteria, start=1))  # type: ignore[attr-defined]
        self.fields["message"].widget.attrs |= {"rows": 5}


class CancelForm(NamesWhatIsMissing, forms.Form):
    """Why an engagement ends before it starts; the other side reads it."""

    reason = forms.CharField(
        label="Why do you cancel?",
        max_length=500,
        help_text="The other side will read this.",
        widget=forms.Textarea({"rows": 3}),
    )


class PaymentRequestForm(NamesWhatIsMissing, forms.ModelForm):
    """Who is asked to pay, and what stands in the letter."""

    class Meta:
        model = PaymentRequest
        fields = ("email", "po_number", "note")
        help_texts = {
            "email": "They need no account. Only this address gets the letter.",
            "po_number": "If your books need one. It stands on their page and on the receipt.",
            "note": "They read it in the letter.",
        }
        widgets = {"note": forms.Textarea({"rows": 3})}


class MoreTimeForm(NamesWhatIsMissing, forms.Form):
    """A word to the employer, if the student wants to say one."""

    reason = forms.CharField(
        label="A word to the employer",
        required=False,
        max_length=500,
        help_text="They read it in a letter. You owe nobody a reason.",
        widget=forms.Textarea({"rows": 3}),
    )


class VersionForm(forms.Form):
    """The version of what the person saw, so that a stale page decides nothing."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    @classmethod
    def seen(cls, sent: Mapping[str, Any]) -> int:
        """The version that was sent with the click; 0, which no row has, where it says none."""
        form = cls(sent)
        return int(form.cleaned_data["version"]) if form.is_valid() else 0


class AttemptForm(forms.Form):
    """How often the page that confirms a payment has looked by itself."""

    MOST = 6
    tries = forms.IntegerField(min_value=0, max_value=MOST)

    @classmethod
    def following(cls, sent: Mapping[str, Any]) -> int | None:
        """The number of the next look; None when it is time to leave it to the worker."""
        form = cls(sent)
        tries = form.cleaned_data["tries"] if form.is_valid() else 0
        return tries + 1 if tries < cls.MOST else None


class OlderForm(forms.Form):
    """From which hold on the list goes back in time: the key is the time-ordered id."""

    before = forms.UUIDField(required=False)
    paid_before = forms.UUIDField(required=False)  # the second list of who is on both sides

    def page(self, holds: Any, size: int, *, name: str = "before") -> list[Hold]:
        """One page of holds and one more, newest first; what cannot be read starts from the front."""
        self.is_valid()
        before = self.cleaned_data.get(name)
        if before:
            holds = holds.filter(pk__lt=before)
        return list(holds.order_by("-pk")[: size + 1])


class CountryForm(NamesWhatIsMissing, forms.Form):
    """Where the student has their bank account, asked in a plain question before money is on its way."""

    country = forms.ChoiceField(label="In which country is your bank account?")

    @classmethod
    def asked_of(cls, user: Any, sent: Mapping[str, Any] | None = None) -> "CountryForm | None":
        """The question, with the country they live in as a guess; None for whoever has answered it before."""
        if Payee.objects.visible_to(user).exists():
            return None
        profile = getattr(user, "student_profile", None)
        return cls(sent, initial={"country": profile and profile.country})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(COUNTRIES)
        payable = sorted((names[code], code) for code in settings.PAYABLE_COUNTRIES)
        self.fields["country"].choices = [(code, name) for name, code in payable]  # type: ignore[attr-defined]


class AcceptForm(CountryForm):
    """What is asked before a yes, each once: the country of the bank account, and how the student may work."""

    @classmethod
    def asked_of(cls, user: Any, sent: Mapping[str, Any] | None = None) -> "AcceptForm | None":
        """Only what was never answered, or stands in `sent` to be corrected; None where there is nothing."""
        profile = user.student_profile
        questions = cls(sent, initial={"country": profile.country})
        if Payee.objects.visible_to(user).exists():
            del questions.fields["country"]
        if not profile.may_work_as or "may_work_as" in (sent or {}):
            questions.fields["may_work_as"] = EligibilityField()
        return questions if questions.fields else None

    @property
    def asks_eligibility(self) -> bool:
        return "may_work_as" in self.fields


class AppealForm(NamesWhatIsMissing, forms.Form):
    """Why a decision of the moderators is wrong."""

    text = forms.CharField(
        label="Why it is wrong",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8, "data-count": "true"}),
        help_text="What happened, as you saw it. Somebody else than who decided reads it.",
    )


class LeavingForm(forms.Form):
    """What the page said that the student gets: compared with what is so now, never used."""

    pay_cents = forms.IntegerField(min_value=1, max_value=10**9)
