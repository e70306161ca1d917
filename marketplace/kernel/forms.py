"""What a form says when something is missing."""

from typing import Any

from django import forms

DJANGOS_WORDS = forms.Field.default_error_messages["required"]


class NamesWhatIsMissing:
    """For a form of ours: its errors name the box that was left empty; a field's own words win."""

    fields: dict[str, forms.Field]

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            if field.error_messages["required"] is DJANGOS_WORDS:
                label = self[name].label  # type: ignore[index]
                field.error_messages["required"] = words_for(field, label)
        super().full_clean()  # type: ignore[misc]


def words_for(field: forms.Field, label: Any) -> str:
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Choose something for “{label}”."
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}” to go on."
    if isinstance(field, forms.FileField):
        return f"Add a file for “{label}”."
    return f"Fill in “{label}”."
