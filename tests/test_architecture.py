"""What no linter checks. The import layers are in pyproject.toml, under importlinter."""

import ast
import importlib
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

from marketplace.kernel.errors import RuleViolation
from marketplace.site.grants import APPEND_ONLY

ROOT = Path(__file__).resolve().parent.parent
OURS = ("marketplace", "accounts", "projects", "payments")
SOURCES = sorted(p for app in OURS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts)
DOORS = [
    path
    for path in SOURCES
    if {path.stem, path.parent.name} & {"views", "api", "webhooks", "forms"} and "sandbox" not in path.parts
]
WRITES = {"save", "create", "update", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
FORBIDDEN_NAMES = {"utils", "helpers", "services", "managers", "signals", "common", "misc"}


def calls_in(path):
    return [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def test_a_file_can_be_read_in_one_sitting():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > 300} == {}


def test_a_module_says_in_its_first_line_what_lives_there():
    told = [path for path in SOURCES if path.name != "__init__.py" and path.read_text().strip()]
    assert [path for path in told if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_a_door_never_writes_to_the_database():
    written = {
        (str(path.relative_to(ROOT)), call.attr)
        for path in DOORS
        for call in calls_in(path)
        if isinstance(call, ast.Attribute) and call.attr in WRITES
    }
    assert written == set()


def test_nothing_is_named_for_a_pattern():
    assert [path for path in SOURCES if path.stem in FORBIDDEN_NAMES] == []


def test_rules_and_models_never_read_the_clock():
    clocks = {"timezone.now", "datetime.now", "datetime.today", "date.today"}
    gerunds = [
        path for path in SOURCES if path.stem.endswith("ing") or path.parent.name in {"models", "operations"}
    ]
    reads = {
        str(path.relative_to(ROOT))
        for path in gerunds
        if path.parts[len(ROOT.parts)] in {"accounts", "projects", "payments"}
        and not {"sandbox", "views", "api"} & set(path.parts)
        and clocks & {ast.unparse(call) for call in calls_in(path)}
    }
    assert reads == set()


def test_every_error_of_the_rules_has_a_code_of_its_own():
    for path in SOURCES:
        if "class " in path.read_text() and not {"management", "sandbox"} & set(path.parts):
            importlib.import_module(
                ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            )
    kinds = subclasses(RuleViolation)
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes), sorted(code for code in codes if codes.count(code) > 1)


def subclasses(kind):
    return {found for child in kind.__subclasses__() for found in {child, *subclasses(child)}}


def test_no_model_saves_in_a_way_of_its_own():
    for model in our_models():
        assert "save" not in vars(model), model
        assert model._meta.ordering == [], model
        assert "objects" not in vars(model) or not type(model.objects).__module__.endswith("managers")


def test_amounts_are_whole_cents():
    for model in our_models():
        for field in model._meta.get_fields():
            assert not isinstance(field, models.FloatField | models.DecimalField), field
            if field.name.endswith("_cents"):
                assert isinstance(field, models.IntegerField), field


def test_history_is_append_only():
    endings = tuple(pattern.lstrip("%") for pattern in APPEND_ONLY)
    for model in our_models():
        if model.__name__.endswith("Transition"):
            assert model._meta.db_table.endswith(endings), model


def our_models():
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]


def test_every_scheduled_task_exists():
    current_app.loader.import_default_modules()
    missing = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(current_app.tasks)
    assert missing == set()


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
