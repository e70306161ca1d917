"""What every page of the console has: its places, its policy, and forms that no other site can send."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from payments.sandbox import current, timers
from payments.sandbox.console import acts
from payments.sandbox.errors import ApiError
from payments.sandbox.sandbox import Context

blueprint = Blueprint("console", __name__, url_prefix="/control")
PLACES = (
    ("/control/", "Overview"),
    ("/control/objects", "Objects"),
    ("/control/events", "Events"),
    ("/control/webhooks", "Webhooks"),
    ("/control/books", "Books"),
    ("/control/faults", "Faults"),
    ("/control/requests", "Requests"),
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Read = Callable[[Context], dict[str, Any]]


@dataclass(frozen=True)
class Refused:
    """A form that could not be carried out: which, why, and what was typed into it."""

    act: str = ""
    sentence: str = ""
    typed: dict[str, str] = field(default_factory=dict)


@blueprint.app_template_filter("moment")
def moment(seconds: int | None) -> str:
    """`Mon 2 Nov 2026, 12:00:00`, in UTC."""
    if seconds is None:
        return "–"
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M:%S}"


def answer(template: str, read: Read) -> AnyResponse:
    """A page; or, where a form was sent to it, what that did: the page again, with the reason where it was refused."""
    if request.method == "GET":
        return _page(template, read, Refused())
    if not secrets.compare_digest(request.form.get("token", ""), _token()):
        abort(403)
    act = request.form.get("act", "")
    try:
        acts.perform(current.control(), act, request.form)
    except (ValueError, ApiError) as wrong:
        return _page(template, read, Refused(act, str(wrong), dict(request.form)), status=422)
    return redirect(f"{request.path}?done={act}", 303)


def _page(template: str, read: Read, refused: Refused, *, status: int = 200) -> Response:
    token = _token()
    with current.sandbox().turn() as ctx:
        timers.fire_due(ctx)
        shown = read(ctx) | {"now": ctx.now}
    done = acts.DONE.get(request.args.get("done", ""))
    page = render_template(
        f"console/{template}.html",
        **shown,
        places=PLACES,
        here=request.path,
        token=token,
        refused=refused,
        done=done,
    )
    response = Response(page, status)
    response.headers.update(HEADERS)
    return response


def _token() -> str:
    """What our forms carry and a page of another site cannot know."""
    with current.sandbox().turn() as ctx:
        found = ctx.store.meta("form_token")
        if not found:
            found = secrets.token_urlsafe(24)
            ctx.store.set_meta("form_token", found)
        return found
