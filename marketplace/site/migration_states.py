"""Django's picture of the models at each step of the migrations, drawn in a third of the time and the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from django.db.migrations.state import ProjectState
from django.db.models import Field


@contextmanager
def drawn_quickly() -> Iterator[None]:
    """Whoever migrates an empty database waits for little else than this picture.

    Django makes a model and all that are related to it anew after each step, which is needed where fields
    change. An index or a constraint more is noted on the model as it stands instead, and a field is copied
    instead of being written down and read again.
    """
    before = Field.clone, ProjectState._append_option  # type: ignore[attr-defined]
    written = before[0]

    def copied(field: Any) -> Any:
        """Of a model that exists, the picture has fields that are of none; `migrate` asks for it when it is done."""
        return written(field) if hasattr(field, "model") else deepcopy(field)

    Field.clone, ProjectState._append_option = copied, noted  # type: ignore[attr-defined, method-assign, assignment]
    try:
        yield
    finally:
        Field.clone, ProjectState._append_option = before  # type: ignore[attr-defined, method-assign]


def noted(state: ProjectState, app_label: str, model_name: str, option: str, one: Any) -> None:
    """`ProjectState._append_option` for indexes and constraints, which no related model knows of."""
    options = state.models[app_label, model_name].options
    options[option] = [*options[option], one]
    if "apps" in state.__dict__:  # the models are made when somebody first asks for them
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option, list(options[option]))
        meta._expire_cache()
