"""An update keeps what people have: after the first migration of each app, all of them only add."""

from contextlib import nullcontext

import pytest
import time_machine
from django.db import connection, models
from django.db.migrations import AddField, RemoveField, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import timezone

from marketplace.site.migration_states import drawn_quickly
from tests.deep import DEEP

OURS = {"accounts", "kernel", "ledger", "payments", "projects"}
TAKES_AWAY = (RemoveField, operations.DeleteModel, operations.RenameField, operations.RenameModel)


def later_operations(kind):
    """Those on tables that may have rows: a table of the same migration is empty."""
    loader = MigrationLoader(connection)
    for (app, name), migration in loader.disk_migrations.items():
        if app not in OURS or name.startswith("0001"):
            continue
        made = {one.name_lower for one in migration.operations if isinstance(one, operations.CreateModel)}
        for one in migration.operations:
            if isinstance(one, kind) and getattr(one, "model_name_lower", "") not in made:
                yield f"{app}.{name}: {one.describe()}", one


def test_nothing_is_taken_away(db):
    assert [where for where, _ in later_operations(TAKES_AWAY)] == []


def test_a_new_column_has_a_value_for_the_rows_that_are_there(db):
    added = [(where, one.field) for where, one in later_operations(AddField)]
    assert len(added) > 20
    assert [where for where, field in added if not has_a_value(field)] == []


def has_a_value(field):
    """By itself, or an empty text (Django's own rule for `blank`)."""
    return field.null or field.blank or field.has_default() or field.has_db_default() or field.generated


def steps():
    """A table, one that points to it, and what is noted on the first afterwards."""
    sheet = [("id", models.AutoField(primary_key=True)), ("pages", models.IntegerField(default=1))]
    note = [
        ("id", models.AutoField(primary_key=True)),
        ("sheet", models.ForeignKey("kernel.Sheet", on_delete=models.CASCADE, related_name="notes")),
        ("others", models.ManyToManyField("kernel.Sheet")),
    ]
    few = models.CheckConstraint(condition=models.Q(pages__lt=9), name="few_pages")
    return [
        operations.CreateModel("Sheet", sheet),
        operations.CreateModel("Note", note),
        operations.AddIndex("sheet", models.Index(fields=["pages"], name="by_pages")),
        operations.AddConstraint("sheet", few),
        operations.AlterField("note", "others", models.ManyToManyField("kernel.Sheet", related_name="them")),
        AddField("sheet", "title", models.CharField(max_length=9, default="")),
    ]


def drawn(model):
    """All that a picture of it says."""
    meta = model._meta
    fields = [field.deconstruct() for field in meta.get_fields() if not field.auto_created]
    back = sorted((one.name, one.related_model.__name__) for one in meta.related_objects)
    options = [one.deconstruct() for one in (*meta.indexes, *meta.constraints)]
    return fields, back, options


def test_the_models_are_the_same_however_they_are_drawn():
    def after_all_steps(way):
        state, pictures = ProjectState(), []
        assert state.apps is not None  # from now on the models are drawn after each step
        with way():
            for step in steps():
                state.clone()
                step.state_forwards("kernel", state)
                models_now = sorted(
                    state.apps.get_models(), key=lambda model: model.__name__
                )  # found in any order
                pictures.append([drawn(model) for model in models_now])
        return pictures

    assert after_all_steps(drawn_quickly) == after_all_steps(nullcontext)


@pytest.mark.skipif(not DEEP, reason="`make deep` compares what both ways of drawing say to the database")
def test_the_statements_are_the_same_however_the_models_are_drawn(db):
    def all_statements(way):
        loader = MigrationLoader(connection, replace_migrations=False)
        plan = loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
        with way():
            return loader.collect_sql([(loader.graph.nodes[node], False) for node in plan])

    with time_machine.travel(timezone.now(), tick=False):  # some columns begin with the hour
        assert all_statements(drawn_quickly) == all_statements(nullcontext)
