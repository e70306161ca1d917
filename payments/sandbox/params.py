"""Requests, read from a form or from JSON and held against the SDK's types for them."""

import json
import re
from typing import Any, Literal, get_args, get_origin
from urllib.parse import parse_qsl, urlencode

from stripe._stripe_object import UntypedStripeObject

from payments.sandbox import annotations
from payments.sandbox.errors import ApiError, invalid

DEEPEST = 10
PART = re.compile(r"\[([^\[\]]*)\]")


def read_form(text: str) -> dict[str, Any]:
    """`a[b][0]=c` → `{"a": {"b": ["c"]}}`."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, bracket, _ = name.partition("[")
        parts = [head, *PART.findall(name[len(head) :])] if bracket else [head]
        if not head or len(parts) > DEEPEST:
            raise invalid(f"Invalid request parameter name: {name[:80]}")
        _place(tree, parts, value, name)
    found: dict[str, Any] = _listed(tree)
    return found


def _place(tree: dict[str, Any], parts: list[str], value: str, name: str) -> None:
    for part in parts[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise invalid(f"Invalid request: {name[:80]} is both a value and a hash", param=parts[0])
    tree[parts[-1] or str(len(tree))] = value


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdecimal() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int)]
    return {key: _listed(value) for key, value in node.items()}


def write_form(params: dict[str, Any]) -> str:
    """The other way round, for the address of a next page."""
    return urlencode([pair for name, value in params.items() for pair in _pairs_of(name, value)])


def _pairs_of(name: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        return [pair for part, inner in parts for pair in _pairs_of(f"{name}[{part}]", inner)]
    return [(name, value)]


def read_json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError as wrong:
        raise invalid("The request body is not valid JSON.") from wrong
    if not isinstance(found, dict):
        raise invalid("The request body must be a JSON object.")
    return {name: value for name, value in found.items() if value is not None}


def validate(raw: dict[str, Any], params: type, *, form: bool) -> dict[str, Any]:
    """The request with every value in its type. Raises ApiError for the first thing that Stripe's types do not know."""
    return _hash(raw, params, "", form=form)


def _hash(raw: Any, params: type, path: str, *, form: bool) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise invalid("Invalid object", param=path)
    known = annotations.fields(params)
    for name in raw:
        if name not in known:
            where = _join(path, name)
            raise invalid(f"Received unknown parameter: {where}", param=where, code="parameter_unknown")
    for name in annotations.required(params):
        if name in known and name not in raw:
            where = _join(path, name)
            raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    return {name: _value(value, known[name], _join(path, name), form=form) for name, value in raw.items()}


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _value(value: Any, hint: Any, path: str, *, form: bool) -> Any:
    options = annotations.members(hint)
    if len(options) > 1:
        return _choice(value, hint, path, form=form)
    origin = get_origin(hint) or hint
    if annotations.is_params(hint):
        return _hash(value, hint, path, form=form)
    if origin is Literal:
        return _named(value, get_args(hint), path)
    if origin is list:
        return _items(value, get_args(hint)[0], path, form=form)
    if origin is dict or annotations.is_object(origin):
        return _pairs(value, path)
    return _plain(value, hint, path, form=form)


def _choice(value: Any, hint: Any, path: str, *, form: bool) -> Any:
    named = annotations.choices(hint)
    if named is not None and isinstance(value, str):
        return _named(value, named, path)
    options = [o for o in annotations.members(hint) if not _untyped(o)]
    wrong: ApiError | None = None
    for option in sorted(options, key=lambda o: o is str):
        try:
            return _value(value, option, path, form=form)
        except ApiError as error:
            wrong = wrong or error
    raise wrong or invalid("Invalid value", param=path)


def _untyped(hint: Any) -> bool:
    origin = get_origin(hint) or hint
    return isinstance(origin, type) and issubclass(origin, UntypedStripeObject)


def _named(value: Any, named: tuple[Any, ...], path: str) -> Any:
    if value in named:
        return value
    choices = ", ".join(str(n) for n in named[:8] if n != "")
    raise invalid(f"Invalid {path}: must be one of {choices}", param=path)


def _items(value: Any, inner: Any, path: str, *, form: bool) -> list[Any]:
    if not isinstance(value, list):
        raise invalid("Invalid array", param=path)
    return [_value(item, inner, f"{path}[{i}]", form=form) for i, item in enumerate(value)]


def _pairs(value: Any, path: str) -> dict[str, str]:
    """Metadata: at most 50 pairs, names of 40 characters, values of 500."""
    if not isinstance(value, dict):
        raise invalid("Invalid hash", param=path)
    for name, text in value.items():
        if not isinstance(text, str) or len(name) > 40 or len(text) > 500:
            raise invalid(
                "Metadata names may have 40 characters and values must be strings of at most 500.",
                param=_join(path, name),
            )
    if len(value) > 50:
        raise invalid("Metadata may hold at most 50 pairs.", param=path)
    return value


def _plain(value: Any, hint: Any, path: str, *, form: bool) -> Any:
    if hint is Any:
        return value
    if hint is int:
        return _integer(value, path, form=form)
    if hint is bool:
        return _boolean(value, path, form=form)
    if not isinstance(value, str) and not (hint is float and isinstance(value, int | float)):
        raise invalid(f"Invalid {hint.__name__}", param=path)
    if value == "":
        raise invalid(f"You passed an empty string for '{path}'.", param=path, code="parameter_invalid_empty")
    return value


def _integer(value: Any, path: str, *, form: bool) -> int:
    if form and isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value, re.ASCII):
        return int(value)
    if not form and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise invalid(f"Invalid integer: {value!s:.40}", param=path, code="parameter_invalid_integer")


def _boolean(value: Any, path: str, *, form: bool) -> bool:
    if form and value in ("true", "false"):
        return bool(value == "true")
    if not form and isinstance(value, bool):
        return value
    raise invalid(f"Invalid boolean: {value!s:.40}", param=path)
