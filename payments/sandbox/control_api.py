"""The control over HTTP: `POST /_sandbox/<name>` with the arguments as a JSON object, `GET` for what only reads."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from payments.sandbox import current
from payments.sandbox.control import Control
from payments.sandbox.errors import ApiError
from payments.sandbox.objects.sessions import NotOpen

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")
Call = Callable[..., Any]
READS: dict[str, Call] = {
    "bank": Control.banks,
    "books": Control.books,
    "deliveries": Control.deliveries,
    "faults": Control.faults,
    "log": Control.log,
    "mail": Control.mail,
    "report": Control.report,
}
ACTS: dict[str, Call] = {
    "advance": Control.advance,
    "bank": Control.bank,
    "capability": Control.capability,
    "deauthorise": Control.deauthorise,
    "decide": Control.decide,
    "deliver": Control.deliver,
    "dispute": Control.dispute,
    "efw": Control.efw,
    "fail_payout": Control.fail_payout,
    "fail_refund": Control.fail_refund,
    "faults": Control.break_,
    "fees": Control.fees,
    "mail": Control.mail,
    "mend": Control.mend,
    "onboard": Control.onboard,
    "pay": Control.pay,
    "reserves": Control.reserves,
    "reset": Control.reset,
    "roll": Control.roll,
    "seed": Control.seed,
}
LIMITED = ("deliveries", "log")
# What an act is about, where its address may say so.
SUBJECTS = {"capability": "account", "decide": "dispute", "dispute": "charge", "efw": "charge"}


@blueprint.get("/<name>")
def read(name: str) -> Response:
    limit = request.args.get("limit", type=int)
    return _call(READS, name, {"limit": limit} if limit and name in LIMITED else {})


@blueprint.post("/<name>")
def act(name: str) -> Response:
    # A page of another site can post a form here, but not JSON: browsers ask first, and nobody answers.
    if not request.is_json:
        return _said({"error": "Send the arguments as a JSON object, {} when there are none."}, 415)
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        return _said({"error": "Send the arguments as a JSON object, {} when there are none."}, 400)
    return _call(ACTS, name, given)


@blueprint.post("/<name>/<subject>")
def act_on(name: str, subject: str) -> Response:
    """As `act`, with what it is about in the address: `/_sandbox/dispute/ch_…`."""
    if name not in SUBJECTS:
        return _said({"error": f"{name} is none of {', '.join(SUBJECTS)}."}, 404)
    given = request.get_json(silent=True) if request.is_json else None
    return _call(ACTS, name, (given if isinstance(given, dict) else {}) | {SUBJECTS[name]: subject})


def _call(calls: dict[str, Call], name: str, arguments: dict[str, Any]) -> Response:
    call = calls.get(name)
    if call is None:
        return _said({"error": f"{name} is none of {', '.join(calls)}."}, 404)
    try:
        result = call(current.control(), **arguments)
    except NotOpen:
        return _said({"error": "That session is not open any more."}, 409)
    except ApiError as refusal:
        return _said({"error": str(refusal)}, refusal.status)
    except (TypeError, ValueError) as wrong:
        return _said({"error": str(wrong)}, 400)
    return _said({"result": result}, 200)


def _said(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body, indent=2), status, content_type="application/json")
