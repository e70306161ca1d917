"""The description of the REST API: as an OpenAPI document for machines, and as a page for people."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from accounts.models import Scope

METHODS = ("get", "post", "patch", "delete")
DEEPEST = 3  # how far a page follows fields within fields
FILE = "application/octet-stream"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1; the same stands in docs/openapi.yaml, for a site with the default numbers."""
    return HttpResponse(written(), content_type="application/yaml")  # RFC 9512


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    context = {
        "groups": groups(),
        "scopes": Scope.choices,
        "example": f"curl -H 'Authorization: Bearer fh_…' {settings.SITE_URL}/api/v1/applications/",
        "limits": {
            "key": settings.API_KEY_A_MINUTE,
            "person": settings.API_PERSON_A_MINUTE,
            "address": settings.API_ADDRESS_A_MINUTE,
        },
    }
    return render(request, "site/api_docs.html", context)


@cache
def document() -> dict[str, Any]:
    """Made once in each process: it takes a second, and only a new version of the code changes it."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    found: dict[str, Any] = generator.get_schema(request=None, public=True)
    return found


@cache
def written() -> bytes:
    text: bytes = OpenApiYamlRenderer().render(document(), renderer_context={})  # type: ignore[no-untyped-call]
    return text


# The page


@dataclass(frozen=True)
class Field:
    """A line of a document; one within others is named with them: `deliverables.title`."""

    name: str
    kind: str
    note: str
    is_needed: bool


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    name: str
    says: str
    scope: str
    is_open: bool
    query: list[Field] = field(default_factory=list)
    sent: list[Field] = field(default_factory=list)
    given: list[Field] = field(default_factory=list)
    status: str = ""


@cache
def groups() -> list[tuple[str, list[Operation]]]:
    """The operations by the first word of their address, both in the order of the alphabet."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document()["paths"].items():
        for method in METHODS:
            if method in methods:
                found.setdefault(methods[method]["tags"][0], []).append(
                    operation(method, path, methods[method])
                )
    return sorted(found.items())


def operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    keys = [one["key"] for one in described["security"] if "key" in one]
    status, answer = next(iter(described["responses"].items()))
    return Operation(
        method=method.upper(),
        path=path,
        name=described["operationId"],
        says=described.get("description", "").replace("`", ""),
        scope=keys[0][0],
        is_open={} in described["security"],
        query=[asked(one) for one in described.get("parameters", ()) if one["in"] == "query"],
        sent=list(fields_of(described.get("requestBody", {}).get("content", {}))),
        given=list(fields_of(answer.get("content", {}))),
        status=status,
    )


def asked(parameter: dict[str, Any]) -> Field:
    kind, note = kind_of(parameter["schema"]), parameter.get("description", "")
    return Field(parameter["name"], kind, note, is_needed=parameter.get("required", False))


def fields_of(content: dict[str, Any]) -> Iterator[Field]:
    """The lines of a body, whichever of its kinds comes first."""
    if FILE in content:
        yield Field("", "a file", "", is_needed=True)
    elif content:
        yield from lines_of(next(iter(content.values()))["schema"])


def lines_of(schema: dict[str, Any], above: str = "") -> Iterator[Field]:
    """The fields of an object; each is followed by those of the objects within it."""
    within = resolved(schema)
    if within.get("type") == "array":
        within = resolved(within["items"])
    for name, about in within.get("properties", {}).items():
        needed = name in within.get("required", ())
        yield Field(above + name, kind_of(about), note_of(about), is_needed=needed)
        if above.count(".") < DEEPEST:
            yield from lines_of(about, f"{above}{name}.")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to; of one that may be null, what it is otherwise."""
    for several in ("allOf", "oneOf"):
        real = [
            one for one in schema.get(several, ()) if one.get("type") != "null" and one.get("enum") != [None]
        ]
        if real:
            return resolved(real[0])
    if "$ref" in schema:
        return resolved(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def kind_of(schema: dict[str, Any]) -> str:
    found = resolved(schema)
    if "enum" in found:
        return "one of " + ", ".join(str(value) for value in found["enum"] if value not in ("", None))
    kinds = found.get("type", "object")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = [found.get("format", kind) if kind == "string" else kind for kind in kinds if kind != "null"]
    word = f"list of {kind_of(found['items'])}" if words == ["array"] else " or ".join(words)
    is_null = "null" in kinds or any(one.get("type") == "null" for one in schema.get("oneOf", ()))
    return f"{word} or null" if is_null else word


def note_of(schema: dict[str, Any]) -> str:
    """What is said of it beside its kind; the words of what it refers to stand with that."""
    note = schema.get("description", "")
    return "" if note.startswith("* `") else note.partition("\n\n* `")[0].replace("`", "")
