"""The base of every door of the API, and the decorator that says what one takes and gives."""

import json
import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from marketplace.kernel import idempotency
from marketplace.kernel.idempotency import Answer

Method = Callable[..., Any]
Given = Callable[..., Any]  # of a door's method: what was sent, once it is asked for
READING = ("GET", "HEAD")
KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class KeyUsedOtherwise(APIException):
    status_code = 422
    default_code = "idempotency_mismatch"
    default_detail = "This Idempotency-Key was used for another request. Take a new one."


class MayEnter(BasePermission):
    """A person, or a visitor where the door is open to all; with a key, the scope of what they do."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not hasattr(view, str(request.method).lower()):
            return True  # to be told that there is no such act
        if not request.user.is_authenticated:
            return request.method in view.open_to_all
        scope = view.scope_of(request.method)
        key: Any = request.auth
        if key is not None and scope not in key.scopes:
            self.code = "insufficient_scope"
            self.message = f"This key may not do that: it has not the scope “{scope}”."
            return False
        return True


class Door(APIView):
    """One address of the API. It makes one call of the rule that its page calls too.

    A key needs the scope `read` to look and the door's `scope` to act. Visitors may do what
    `open_to_all` names; `keeps` says whether what it answers may be stored for an `Idempotency-Key`, `may_lack` whether
    there may be nothing at an address that names nothing.
    """

    permission_classes: tuple[type[BasePermission], ...] = (MayEnter,)
    scope = "read"
    open_to_all: tuple[str, ...] = ()
    keeps = True
    may_lack = False

    def scope_of(self, method: str | None) -> str:
        return "read" if method in READING else self.scope


def operation(
    name: str,
    *,
    takes: type[BaseSerializer[Any]] | None = None,
    gives: type[BaseSerializer[Any]] | None = None,
    status: int = 200,
    **schema: Any,
) -> Callable[[Method], Method]:
    """What a method of a door is called in the schema, the document it takes and the one it gives.

    The method finds under `given` what was sent: it calls it once it knows that this person may do this here, as
    who may not learns nothing of the form. It returns what `gives` writes down; without `gives` the answer is empty.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def answer(door: Door, request: Request, **named: Any) -> Response:
            def act() -> Answer:
                if takes is not None:
                    named["given"] = partial(checked, takes, request)
                found = method(door, request, **named)
                if gives is None:
                    return Answer(204, None)
                return Answer(status, gives(found, context={"request": request}).data)

            if method.__name__ != "post" or "Idempotency-Key" not in request.headers:
                return as_response(act())
            return as_response(at_most_once(door, request, act))

        described = {"request": takes, "responses": {status: gives} if gives else {204: None}}
        decorated: Method = extend_schema(operation_id=name, **described | schema)(answer)
        return decorated

    return decorate


def checked(
    takes: type[BaseSerializer[Any]], request: Request, *, in_parts: bool = False, **context: Any
) -> Any:
    """The document as `takes` reads it, or a problem that names its fields; `in_parts` misses none."""
    sent = takes(data=request.data, partial=in_parts, context={"request": request, **context})
    sent.is_valid(raise_exception=True)
    return sent.validated_data


def at_most_once(door: Door, request: Request, act: Callable[[], Answer]) -> Answer:
    """For a person, by the key that they sent; where nothing is kept, the key is checked all the same."""
    key = request.headers["Idempotency-Key"]
    if not KEY.fullmatch(key):
        raise ValidationError({"Idempotency-Key": ["Send 1 to 255 visible characters of ASCII."]})
    if not (door.keeps and request.user.is_authenticated):
        return act()
    fingerprint = idempotency.fingerprint_of("POST", request.get_full_path(), request.data)

    def written() -> Answer:
        answer = act()
        return answer._replace(body=json.loads(door.get_renderers()[0].render(answer.body) or b"null"))

    try:
        return idempotency.once(request.user, key, fingerprint, written, at=timezone.now())
    except idempotency.OtherRequest:
        raise KeyUsedOtherwise from None


def as_response(answer: Answer) -> Response:
    headers = {"Idempotent-Replayed": "true"} if answer.is_replayed else None
    return Response(answer.body, status=answer.status, headers=headers)
