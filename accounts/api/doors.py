"""Doors for acts that matter: with a session that has proved lately whose it is, and never with a key."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.http.proving import has_proved_it
from marketplace.kernel.api.doors import Door, MayEnter

ACTS = ("POST", "PATCH", "DELETE")


class HasProvedIt(BasePermission):
    """What pages ask once more for, a key does not give."""

    message = "Prove once more who you are, in the browser: no key does this."
    code = "reauthentication_required"

    def has_permission(self, request: Request, view: Any) -> bool:
        asked_of = getattr(view, "proven", ACTS)
        if request.method not in asked_of or not hasattr(view, str(request.method).lower()):
            return True
        return request.auth is None and has_proved_it(request._request)


class ProvenDoor(Door):
    """A door of which what `proven` names is only for who has just shown who they are."""

    permission_classes = (MayEnter, HasProvedIt)
    proven: tuple[str, ...] = ACTS
