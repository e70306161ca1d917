"""What forms say when something is missing: in our words, naming the box."""

import importlib

import pytest
from django import forms

from marketplace.kernel.forms import DJANGOS_WORDS, NamesWhatIsMissing

MODULES = (
    *("accounts.forms", "accounts.forms.entering", "payments.forms", "payments.views.money"),
    *(f"projects.forms.{name}" for name in ("applying", "ending", "listing", "moderating", "posting")),
    *(f"projects.forms.{name}" for name in ("searching", "selecting", "starting")),
)
NEVER_SHOWN = {"AttemptForm", "LeavingForm", "StartForm"}  # what a page fills in by itself


def forms_of_ours():
    for module in map(importlib.import_module, MODULES):
        for kind in vars(module).values():
            ours = isinstance(kind, type) and kind.__module__ == module.__name__
            if ours and issubclass(kind, forms.BaseForm):
                yield kind


def asks_for_something(kind):
    return any(field.required and not field.widget.is_hidden for field in kind.base_fields.values())


def test_every_form_that_asks_for_something_names_what_is_missing():
    asking = {kind for kind in forms_of_ours() if asks_for_something(kind)}
    assert len(asking) > 12
    silent = {kind.__name__ for kind in asking if not issubclass(kind, NamesWhatIsMissing)}
    assert silent - NEVER_SHOWN == set()


class Example(NamesWhatIsMissing, forms.Form):
    name = forms.CharField()
    kind = forms.ChoiceField(choices=[("a", "A")], label="Kind of work")
    own = forms.CharField(error_messages={"required": "Say why."})


def test_a_fields_own_words_win():
    errors = {name: found[0] for name, found in Example({}).errors.items()}
    assert errors == {
        "name": "Fill in “Name”.",
        "kind": "Choose something for “Kind of work”.",
        "own": "Say why.",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_the_way_in_says_what_is_missing(client, path):
    page = client.post(path, {}).content.decode()
    assert "Fill in “E-mail address”." in page
    assert str(DJANGOS_WORDS) not in page
