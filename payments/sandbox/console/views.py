"""The pages of the console."""

from typing import Any

from flask import abort, request
from werkzeug.wrappers import Response as AnyResponse

from payments.sandbox import books, faults, mailing
from payments.sandbox.config import CHANNELS
from payments.sandbox.console import reading
from payments.sandbox.console.frame import answer, blueprint
from payments.sandbox.control import STATUSES
from payments.sandbox.objects import cards, chargebacks, fraud_warnings, payouts
from payments.sandbox.sandbox import Context

BOTH = ["GET", "POST"]


def _before() -> int | None:
    return request.args.get("before", type=int)


@blueprint.route("/", methods=BOTH)
def overview() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        return {
            "balances": books.report(ctx)["balances"],
            "counts": reading.counts(ctx),
            "upcoming": reading.upcoming(ctx),
            "waiting": ctx.store.value(
                "SELECT count(*) FROM delivery WHERE done IS NULL AND due IS NOT NULL"
            ),
            "reserves": ctx.store.meta("connected_reserves", "yes" if ctx.config.connected_reserves else ""),
            "fees": ctx.store.meta("connect_fees", "yes" if ctx.config.connect_fees else ""),
        }

    return answer("overview", read)


@blueprint.get("/objects")
def objects() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        kind = request.args.get("kind", "")
        found, older = reading.objects(ctx, kind, _before())
        return {"found": found, "older": older, "kind": kind, "counts": reading.counts(ctx)}

    return answer("objects", read)


@blueprint.route("/objects/<id_>", methods=BOTH)
def one(id_: str) -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        found = reading.one(ctx, id_)
        if found is None:
            abort(404)
        status = found["object"].get("status", "")
        return found | {
            "cards": cards.EXPLAINED,
            "codes": tuple(payouts.MESSAGES),
            "frauds": fraud_warnings.TYPES,
            "next": chargebacks.NEXT.get(status, ()) if found["kind"] == "dispute" else (),
            "reasons": chargebacks.REASONS,
            "statuses": STATUSES,
        }

    return answer("object", read)


@blueprint.get("/events")
def events() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        found, older = reading.events(ctx, _before())
        return {"found": found, "older": older}

    return answer("events", read)


@blueprint.route("/webhooks", methods=BOTH)
def webhooks() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        return {
            "addresses": ctx.config.webhooks,
            "channels": CHANNELS,
            "found": reading.deliveries(ctx),
            "way": mailing.way(ctx),
        }

    return answer("webhooks", read)


@blueprint.get("/books")
def all_books() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        books.check(ctx)
        return {
            "totals": reading.totals(ctx),
            "sums": reading.sums(ctx),
            "journals": reading.journals(ctx),
        }

    return answer("books", read)


@blueprint.route("/faults", methods=BOTH)
def all_faults() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        return {"found": faults.listed(ctx), "kinds": faults.EXPLAINED}

    return answer("faults", read)


@blueprint.get("/requests")
def requests() -> AnyResponse:
    def read(ctx: Context) -> dict[str, Any]:
        return {"found": ctx.store.rows("SELECT * FROM request ORDER BY seq DESC LIMIT 100")}

    return answer("requests", read)
