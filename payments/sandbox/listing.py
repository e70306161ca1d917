"""Pages of objects, newest first."""

import json
from typing import Any

from payments.sandbox.errors import invalid, missing
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

AFTER_ALL = 2**62
COMPARED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(
    ctx: Context,
    kind: str,
    params: Body,
    *,
    url: str,
    fields: tuple[str, ...] = (),
    since: int = 0,
    **given: Any,
) -> Body:
    """One page. `fields` names the params that filter by equality; `given` are filters of our own."""
    wanted = {name: params[name] for name in fields if name in params} | given
    tests, values = ["account = ?", "kind = ?", "created >= ?"], [ctx.account, kind, since]
    for name, value in wanted.items():
        several = value if isinstance(value, list) else [value]
        tests.append(f"json_extract(body, '$.{name}') IN ({','.join('?' * len(several))})")
        values += several
    return bounded(ctx, params, tests, values, url=url)


def bounded(ctx: Context, params: Body, tests: list[str], values: list[Any], *, url: str) -> Body:
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("limit must be between 1 and 100.", param="limit", code="parameter_invalid_integer")
    _times(ctx, params, tests, values)
    backwards = _cursor(ctx, params, tests, values)
    sql = (
        f"SELECT body FROM object WHERE {' AND '.join(tests)}"  # noqa: S608 - tests are ours, values are bound
        f" ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?"
    )
    found = [json.loads(row["body"]) for row in ctx.store.rows(sql, *values, limit + 1)]
    shown = found[:limit][::-1] if backwards else found[:limit]
    return {
        "object": "list",
        "url": url,
        "has_more": len(found) > limit,
        "data": [present(ctx, body) for body in shown],
    }


def _times(ctx: Context, params: Body, tests: list[str], values: list[Any]) -> None:
    created = params.get("created")
    if isinstance(created, int):
        created = {"gte": created, "lte": created}
    for name, seconds in (created or {}).items():
        tests.append(f"created {COMPARED[name]} ?")
        values.append(seconds)
        if name.startswith("gt"):  # what is old need not be read, to find that it is old
            since(ctx, seconds, tests, values)
    if ctx.listed_before is not None:
        tests.append("created <= ?")
        values.append(ctx.listed_before)


def since(ctx: Context, seconds: int, tests: list[str], values: list[Any]) -> None:
    """From the first of these that is not older; time only goes forward, so it has the lowest number."""
    first = "SELECT seq FROM object WHERE created >= ? ORDER BY created, seq LIMIT 1"
    tests.append("seq >= ?")
    values.append(ctx.store.value(first, seconds) or AFTER_ALL)


def _cursor(ctx: Context, params: Body, tests: list[str], values: list[Any]) -> bool:
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid(
            "You may only specify one of starting_after and ending_before.", code="parameters_exclusive"
        )
    id_ = after or before
    if id_:
        seq = ctx.store.value("SELECT seq FROM object WHERE id = ? AND account = ?", id_, ctx.account)
        if seq is None:
            raise missing("object", id_, param="starting_after" if after else "ending_before", status=400)
        tests.append("seq < ?" if after else "seq > ?")
        values.append(seq)
    return bool(before)
