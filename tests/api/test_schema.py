"""The OpenAPI document: valid, whole, and the same as the committed one."""

import difflib

import pytest
from django.conf import settings
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema

from marketplace.kernel.api.doors import READING, Door
from marketplace.site import api_docs
from tests.permissions.addresses import routes

COMMITTED = settings.BASE_DIR / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def document():
    return api_docs.document()


def test_the_committed_document_is_what_the_code_says():
    before, now = COMMITTED.read_text().splitlines(), api_docs.written().decode().splitlines()
    changed = list(difflib.unified_diff(before, now))
    assert not changed, "renew it with `make schema`:\n" + "\n".join(changed[:60])


def test_it_is_valid(document):
    validate_schema(document)


def test_it_has_every_door_and_no_other(document):
    doors = {
        "/" + route.replace("<", "{").replace(">", "}") for route in routes() if route.startswith("api/v1/")
    }
    assert set(document["paths"]) == doors


def test_every_act_is_described_and_named_once(document):
    acts = [act for methods in document["paths"].values() for act in methods.values()]
    assert [act["operationId"] for act in acts if not act.get("description")] == []
    names = [act["operationId"] for act in acts]
    assert sorted(names) == sorted(set(names))


def test_every_act_says_which_scope_a_key_needs(document):
    for path, methods in document["paths"].items():
        for method, act in methods.items():
            (scopes,) = [one["key"] for one in act["security"] if "key" in one]
            assert scopes == ["read"] if method == "get" else scopes != ["read"], (method, path)


def test_every_door_is_one():
    views = [view_of(pattern) for pattern in patterns() if "api/v1/" in str(pattern.pattern)]
    assert len(views) > 70
    assert [view for view in views if not issubclass(view, Door)] == []
    for view in views:
        acts = {name.upper() for name in ("get", "post", "patch", "put", "delete") if hasattr(view, name)}
        assert acts <= {*READING, "POST", "PATCH", "DELETE"}
        assert view.scope != "read" or acts == {"GET"}, view


def test_it_is_served(client, db):
    answer = client.get("/api/schema/")
    assert answer["Content-Type"] == "application/yaml"
    assert answer.content.startswith(b"openapi: 3.1")


def test_the_page_names_every_act(client, db, document):
    page = client.get("/api/docs/").content.decode()
    acts = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
    assert [act for act in acts if " ".join(act) not in page] == []
    assert api_docs.kind_of({"type": ["string", "null"], "format": "date-time"}) == "date-time or null"


def patterns(under=None):
    for pattern in get_resolver().url_patterns if under is None else under:
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def view_of(pattern):
    return pattern.callback.cls
