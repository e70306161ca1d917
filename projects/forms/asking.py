"""What is typed where a student asks in public, a company answers or declines, and a moderator removes."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import User
from marketplace.kernel.forms import NamesWhatIsMissing
from projects import asking
from projects.forms.applying import Prose
from projects.forms.moderating import ReasonsForm
from projects.models import PublicQuestion
from projects.models.questions import LONGEST

HELP = (
    "The company and you see it until it is answered. Then everyone reads both, and nobody is told who asked."
)


class PublicWordsForm(NamesWhatIsMissing, forms.Form):
    """One text that everybody will read; `by` is who writes it."""

    text = Prose()
    most = LONGEST
    label = help_text = missing = ""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["text"] = Prose(
            label=self.label,
            help_text=self.help_text,
            max_length=self.most,
            error_messages={"required": self.missing},
        )
        self.fields["text"].widget.attrs["rows"] = 3

    def clean_text(self) -> str:
        """The rule's own look at the words, so that what it refuses stands beside the field."""
        text: str = self.cleaned_data["text"]
        if problem := asking.problem_of(text, most=self.most, by=self.by):
            raise ValidationError(problem)
        return text


class QuestionForm(PublicWordsForm):
    label = "Your question"
    help_text = HELP
    missing = "Write what you would like to know."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.most = settings.PUBLIC_QUESTION_LENGTH
        super().__init__(*args, **kwargs)


class AnswerForm(PublicWordsForm):
    """On a page with several of them, each with ids of its own."""

    label = "Your answer"
    help_text = "Everyone reads it beside the question. You can change it later; then it says so."
    missing = "Write the answer."

    def __init__(self, *args: Any, question: PublicQuestion, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"answer-{question.public_id}-%s", **kwargs)


class DeclineQuestionForm(NamesWhatIsMissing, forms.Form):
    reason = forms.ChoiceField(
        label="Why",
        choices=PublicQuestion.DeclineReason.choices,
        widget=forms.RadioSelect,
        help_text="The student reads this sentence.",
        error_messages={"required": "Choose a reason: the student reads it."},
    )


class QuestionRemovalForm(ReasonsForm):
    """Why a question is taken off, with its answer."""

    reasons = PublicQuestion.RemovalReason
    help_text = "Who asked reads this, and the company where it had answered."
