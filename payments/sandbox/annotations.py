"""Reads the SDK's generated annotations: Stripe's own types are the contract, at the version that is installed."""

import ast
import importlib
import inspect
import typing
from functools import cache
from types import SimpleNamespace, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typing_extensions
from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject

# Class attributes of the SDK that are no fields of the API.
NOT_FIELDS = frozenset({"OBJECT_NAME", "_inner_class_types", "_field_encodings", "_inner_class_dicts"})
# Fields that Stripe leaves out unless they are asked for, or that belong to deleted things.
LEFT_OUT = frozenset(
    {
        *(
            ("Session", "line_items"),
            ("Charge", "refunds"),
            ("Account", "deleted"),
            ("Application", "deleted"),
            ("BankAccount", "deleted"),
            ("Price", "deleted"),
        ),
        ("Payouts", "automatic_transfer_rules_by_currency"),  # the SDK cannot read null there
    }
)


@cache
def _names(module_name: str) -> dict[str, Any]:
    """What annotations in this module may mention, the imports made for type checkers alone included."""
    module = importlib.import_module(module_name)
    names = {**vars(typing), **vars(typing_extensions), **vars(module)}
    header = inspect.getsource(module).split("\nclass ", 1)[0].split("\n@", 1)[0]
    for node in ast.walk(ast.parse(header)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stripe"):
            source = importlib.import_module(node.module)
            for alias in node.names:
                names.setdefault(alias.asname or alias.name, getattr(source, alias.name))
    return names


@cache
def fields(cls: type) -> dict[str, Any]:
    """Field → type, forward references resolved, `NotRequired` taken off."""
    own = {
        name: hint
        for name, hint in inspect.get_annotations(cls).items()
        if name not in NOT_FIELDS and not (is_params(cls) and name in RequestOptions.__annotations__)
    }
    holder = SimpleNamespace(__annotations__=own)
    return typing.get_type_hints(holder, _names(cls.__module__), dict(vars(cls)))


@cache
def is_params(cls: Any) -> bool:
    return typing_extensions.is_typeddict(cls)


def required(params: type) -> frozenset[str]:
    names: frozenset[str] = params.__required_keys__  # type: ignore[attr-defined]
    return names


@cache
def members(hint: Any) -> tuple[Any, ...]:
    """The alternatives of a union; a plain type is its own only one."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


@cache
def nullable(hint: Any) -> bool:
    return type(None) in members(hint)


@cache
def choices(hint: Any) -> tuple[Any, ...] | None:
    """The values that an enumeration names. The SDK leaves them open (`| str`) for versions to come; we do not."""
    found = [v for member in members(hint) if get_origin(member) is Literal for v in get_args(member)]
    return tuple(found) if found and found != [""] else None


@cache
def is_object(hint: Any) -> bool:
    return inspect.isclass(hint) and issubclass(hint, StripeObject) and hint is not StripeObject


def blank(cls: type[StripeObject], **values: Any) -> dict[str, Any]:
    """A body with every nullable field of the class as null, filled with these values."""
    kind: Any = cls
    empty = {
        n: None for n, hint in fields(kind).items() if nullable(hint) and (cls.__name__, n) not in LEFT_OUT
    }
    if name := getattr(cls, "OBJECT_NAME", None):
        empty["object"] = name
    return empty | values
