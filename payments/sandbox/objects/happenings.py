"""Events as objects of the API: the v1 list and the v2 list."""

import json

from payments.sandbox import listing
from payments.sandbox.clock import DAY, from_rfc3339
from payments.sandbox.errors import invalid
from payments.sandbox.listing import COMPARED
from payments.sandbox.params import write_form
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

KEPT = 30 * DAY  # how far back events are listed


def list_events(ctx: Context, params: Body) -> Body:
    given = {}
    if "type" in params or "types" in params:
        given["type"] = params.get("types") or params["type"]
    return listing.page(ctx, "event", params, url="/v1/events", since=ctx.now - KEPT, **given)


def retrieve_event(ctx: Context, params: Body, event: str) -> Body:
    return present(ctx, ctx.need("event", event))


def retrieve_thin(ctx: Context, params: Body, event: str) -> Body:
    return ctx.need("v2.core.event", event)


def list_thin(ctx: Context, params: Body) -> Body:
    """The v2 form of a list: an address for the next page, times as text."""
    tests = ["account = ?", "kind = 'v2.core.event'"]
    values: list[str | int] = [ctx.account]
    if "types" in params:
        tests.append(f"json_extract(body, '$.type') IN ({','.join('?' * len(params['types']))})")
        values += params["types"]
    if "object_id" in params:
        tests.append("json_extract(body, '$.related_object.id') = ?")
        values.append(params["object_id"])
    for name, text in params.get("created", {}).items():
        tests.append(f"created {COMPARED[name]} ?")
        values.append(_seconds(text))
        if name.startswith("gt"):
            listing.since(ctx, _seconds(text), tests, values)
    if ctx.listed_before is not None:
        tests.append("created <= ?")
        values.append(ctx.listed_before)
    if params.get("page", "").isdecimal():
        tests.append("seq < ?")
        values.append(int(params["page"]))
    limit = params.get("limit", 20)
    if not 1 <= limit <= 100:
        raise invalid("limit must be between 1 and 100.", param="limit")
    sql = f"SELECT seq, body FROM object WHERE {' AND '.join(tests)} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - tests are ours
    rows = ctx.store.rows(sql, *values, limit + 1)
    more = rows[limit - 1]["seq"] if len(rows) > limit else None
    return {
        "data": [json.loads(row["body"]) for row in rows[:limit]],
        "next_page_url": f"/v2/core/events?{write_form(params | {'page': more})}" if more else None,
        "previous_page_url": None,
    }


def _seconds(text: str) -> int:
    try:
        return from_rfc3339(text)
    except ValueError as wrong:
        raise invalid("Not a time in RFC 3339.", param="created") from wrong
