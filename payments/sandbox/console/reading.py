"""What the console shows, read from the store."""

import json
from typing import Any

from payments.sandbox import conformity
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body, Row

PAGE = 50
KINDS = tuple(
    kind for kind in conformity.CLASSES if kind not in ("event", "v2.core.event", "account", "balance")
)
EVENTS = ("event", "v2.core.event")


def upcoming(ctx: Context) -> list[Row]:
    """What will happen by the clock, the next first."""
    return ctx.store.rows("SELECT due, action, ref FROM timer ORDER BY due, seq LIMIT 12")


def counts(ctx: Context) -> dict[str, int]:
    rows = ctx.store.rows("SELECT kind, count(*) AS n FROM object GROUP BY kind")
    found = {row["kind"]: row["n"] for row in rows}
    return {kind: found[kind] for kind in KINDS if kind in found}


def objects(ctx: Context, kind: str, before: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """Objects of a kind, or of every kind, newest first; and where the page of older ones begins."""
    kinds = [kind] if kind in KINDS else list(KINDS)
    rows = _rows(ctx, kinds, before)
    found = [
        {
            "id": row["id"],
            "kind": row["kind"],
            "account": row["account"],
            "created": row["created"],
            **_summary(json.loads(row["body"])),
        }
        for row in rows[:PAGE]
    ]
    return found, _older(rows)


def _rows(ctx: Context, kinds: list[str], before: int | None) -> list[Row]:
    marks = ",".join("?" * len(kinds))
    return ctx.store.rows(
        f"SELECT * FROM object WHERE kind IN ({marks}) AND seq < ? ORDER BY seq DESC LIMIT ?",  # noqa: S608 - marks
        *(*kinds, before or 2**62, PAGE + 1),
    )


def _older(rows: list[Row]) -> int | None:
    return rows[PAGE - 1]["seq"] if len(rows) > PAGE else None


def _summary(body: Body) -> dict[str, Any]:
    amount = body.get("amount", body.get("amount_total"))
    said = [str(body.get("status") or body.get("type") or "")]
    said += [name for name in ("refunded", "disputed", "reversed", "closed") if body.get(name) is True]
    return {"amount": amount, "currency": body.get("currency", ""), "state": ", ".join(filter(None, said))}


def one(ctx: Context, id_: str) -> dict[str, Any] | None:
    """An object with what belongs to it: events about it, bookings of it, and the objects that it names."""
    row = ctx.store.row("SELECT * FROM object WHERE id = ?", id_)
    if row is None or row["kind"] not in (*KINDS, *EVENTS):
        return None
    body: Body = json.loads(row["body"])
    shown = body if row["kind"] == "v2.core.account" else present(ctx, body)
    return {
        "object": shown,
        "kind": row["kind"],
        "account": row["account"],
        "json": json.dumps(shown, indent=2, ensure_ascii=False),
        "names": [name for name in dict.fromkeys(_ids(shown)) if name != id_ and _is_known(ctx, name)],
        "named_by": _named_by(ctx, id_),
        "events": _events_about(ctx, id_),
    }


def _ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for item in value.values() for found in _ids(item)]
    if isinstance(value, list):
        return [found for item in value for found in _ids(item)]
    return [value] if isinstance(value, str) and "_" in value else []


def _is_known(ctx: Context, id_: str) -> bool:
    return ctx.store.value("SELECT kind FROM object WHERE id = ?", id_) in (*KINDS, *EVENTS)


def _named_by(ctx: Context, id_: str) -> list[Row]:
    """Objects that name this one in a field of theirs."""
    names = [
        "charge",
        "payment_intent",
        "transfer",
        "source",
        "source_transaction",
        "destination",
        "source_transfer",
    ]
    tests = " OR ".join(f"json_extract(body, '$.{name}') = ?" for name in names)
    marks = ",".join("?" * len(KINDS))
    return ctx.store.rows(
        f"SELECT id, kind FROM object WHERE kind IN ({marks}) AND ({tests}) ORDER BY seq LIMIT 100",  # noqa: S608
        *(*KINDS, *([id_] * len(names))),
    )


def _events_about(ctx: Context, id_: str) -> list[Row]:
    return ctx.store.rows(
        "SELECT id, created, json_extract(body, '$.type') AS type FROM object WHERE"
        " (kind = 'event' AND json_extract(body, '$.data.object.id') = ?)"
        " OR (kind = 'v2.core.event' AND json_extract(body, '$.related_object.id') = ?) ORDER BY seq DESC LIMIT 100",
        *(id_, id_),
    )


def events(ctx: Context, before: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """Events of both versions, newest first, each with what became of its deliveries."""
    rows = _rows(ctx, list(EVENTS), before)
    found = []
    for row in rows[:PAGE]:
        body = json.loads(row["body"])
        about = (body.get("data") or {}).get("object") or body.get("related_object") or {}
        found.append(
            {
                "id": row["id"],
                "type": body["type"],
                "account": row["account"],
                "created": row["created"],
                "about": about.get("id"),
                "deliveries": [d | {"outcome": outcome(d)} for d in _deliveries_of(ctx, row["id"])],
            }
        )
    return found, _older(rows)


def _deliveries_of(ctx: Context, event: str) -> list[dict[str, Any]]:
    return [dict(d) for d in ctx.store.rows("SELECT * FROM delivery WHERE event = ? ORDER BY seq", event)]


def deliveries(ctx: Context) -> list[dict[str, Any]]:
    rows = ctx.store.rows("SELECT * FROM delivery ORDER BY seq DESC LIMIT ?", PAGE)
    found = []
    for row in rows:
        event = ctx.store.get(row["event"]) or {}
        tries = ctx.store.rows("SELECT * FROM attempt WHERE delivery = ? ORDER BY number", row["seq"])
        found.append(dict(row) | {"type": event.get("type"), "outcome": outcome(dict(row)), "tries": tries})
    return found


def outcome(delivery: dict[str, Any]) -> str:
    """What became of it: arrived, lost, waits, tried or given_up."""
    if delivery["done"] is not None:
        return "arrived" if delivery["status"] else "lost"
    if delivery["due"] is None:
        return "given_up"
    return "tried" if delivery["attempts"] else "waits"


def totals(ctx: Context) -> list[Row]:
    return ctx.store.rows("SELECT account, currency, cents FROM total ORDER BY account, currency")


def sums(ctx: Context) -> list[Row]:
    return ctx.store.rows(
        "SELECT currency, sum(cents) AS cents FROM posting GROUP BY currency ORDER BY currency"
    )


def journals(ctx: Context) -> list[dict[str, Any]]:
    """The last movements, each with its lines."""
    rows = ctx.store.rows("SELECT * FROM journal ORDER BY seq DESC LIMIT ?", PAGE)
    found = []
    for row in rows:
        booked = ctx.store.get(row["ref"]) or {}
        lines = ctx.store.rows("SELECT * FROM posting WHERE journal = ?", row["seq"])
        found.append(dict(row) | {"type": booked.get("type"), "source": booked.get("source"), "lines": lines})
    return found
