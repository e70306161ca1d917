"""Recipients: connected accounts of the v2 API, their set-up links, their capability to be paid."""

from typing import Any

import stripe
from stripe.v2 import core

from payments.sandbox import annotations, events, labels, money
from payments.sandbox.clock import DAY, MINUTE, from_rfc3339, rfc3339
from payments.sandbox.errors import invalid, missing, refused
from payments.sandbox.objects import external_accounts
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

LINK_LIFE = 10 * MINUTE
SETUP_LIFE = 60 * MINUTE
LOGIN_LIFE = 5 * MINUTE
VERIFIED_LATER = DAY
KIND = "v2.core.account"
CAPABILITY_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"
REQUIREMENTS_EVENT = "v2.core.account[requirements].updated"
INCLUDED = ("configuration", "defaults", "identity", "requirements", "future_requirements")
PROOF = "individual.verification"
UNREADABLE = "The document cannot be read. Upload a better picture of it."
# What a set-up comes to: the capability's status, what is still asked for, how urgently, of whom, and why.
OUTCOMES: dict[str, tuple[str, tuple[str, ...], str, str, str]] = {
    "active": ("active", (), "eventually_due", "stripe", ""),
    "later": ("pending", (PROOF,), "eventually_due", "stripe", "determining_status"),
    "fails": ("restricted", (PROOF,), "past_due", "user", "requirements_past_due"),
}
ASKED = {
    "individual.verification": "Proof of identity of the person who is paid",
    "external_account": "A bank account to be paid to",
}


def transfers_status(account: Body) -> str:
    return str(_capability(account)["status"])


def _capability(account: Body) -> dict[str, Any]:
    found: dict[str, Any] = account["configuration"]["recipient"]["capabilities"]["stripe_balance"][
        "stripe_transfers"
    ]
    return found


def create(ctx: Context, params: Body) -> Body:
    wanted = params.get("configuration", {}).get("recipient", {}).get("capabilities", {})
    if not wanted.get("stripe_balance", {}).get("stripe_transfers", {}).get("requested"):
        raise invalid(
            "This stand-in knows only recipients that ask for stripe_balance.stripe_transfers.",
            param="configuration.recipient",
        )
    identity, defaults = params.get("identity", {}), params.get("defaults", {})
    given = defaults.get("responsibilities", {})
    id_ = ctx.new_id("acct_", 16)
    account = ctx.make(
        core.Account,
        account=PLATFORM,
        id=id_,
        applied_configurations=["recipient"],
        closed=False,
        configuration=_configuration(),
        contact_email=params.get("contact_email"),
        created=rfc3339(ctx.now),
        dashboard=params.get("dashboard", "none"),
        defaults=annotations.blank(
            core.Account.Defaults,
            currency=defaults.get("currency"),
            responsibilities={
                "fees_collector": given.get("fees_collector"),
                "losses_collector": given.get("losses_collector"),
                "requirements_collector": "stripe",
            },
        ),
        display_name=params.get("display_name"),
        identity=annotations.blank(
            core.Account.Identity,
            country=identity.get("country"),
            entity_type=identity.get("entity_type"),
        ),
        livemode=False,
        metadata=labels.merged({}, params.get("metadata")),
        requirements=_requirements(list(ASKED), "currently_due"),
    )
    events.emit_thin(ctx, "v2.core.account.created", id_)
    return _shown(account, params)


def _configuration() -> dict[str, Any]:
    waiting = {"code": "requirements_past_due", "resolution": "provide_info"}
    transfers = {"status": "pending", "status_details": [waiting]}
    recipient = {
        "applied": True,
        "capabilities": {"stripe_balance": {"stripe_transfers": transfers, "payouts": None}},
    }
    return {"customer": None, "merchant": None, "recipient": recipient}


def _requirements(names: list[str], deadline: str, *, by: str = "user") -> dict[str, Any]:
    restricts = [
        {
            "capability": "stripe_balance.stripe_transfers",
            "configuration": "recipient",
            "deadline": {"status": deadline},
        }
    ]
    entries = [
        {
            "awaiting_action_from": by,
            "description": ASKED[name],
            "errors": [],
            "impact": {"restricts_capabilities": restricts},
            "minimum_deadline": {"status": deadline},
            "reference": None,
            "requested_reasons": [{"code": "routine_onboarding"}],
        }
        for name in names
    ]
    summary = {"minimum_deadline": {"status": deadline, "time": None}} if entries else None
    return {"alternatives": None, "entries": entries, "summary": summary}


def _shown(account: Body, params: Body) -> Body:
    """v2 answers with null for every part that was not asked for."""
    asked = {name.partition(".")[0] for name in params.get("include", [])}
    return account | {part: None for part in INCLUDED if part not in asked}


def need(ctx: Context, account_id: str) -> Body:
    found = ctx.store.get(account_id, kind=KIND)
    if found is None:
        raise missing("account", account_id, param="account")
    ctx.reach(account_id)
    return found


def cut_off(ctx: Context, account_id: str) -> None:
    """The person takes our access away. We are told once, and cannot read even that afterwards."""
    account = need(ctx, account_id)
    ours = annotations.blank(stripe.Application, id="ca_platform", name="The platform")
    events.emit(ctx, "account.application.deauthorized", ours, owner=account["id"])
    ctx.store.set_meta(f"cut_off:{account_id}", "yes")


def retrieve(ctx: Context, params: Body, account_id: str) -> Body:
    return _shown(need(ctx, account_id), params)


def update(ctx: Context, params: Body, account_id: str) -> Body:
    account = need(ctx, account_id)
    for name in ("contact_email", "display_name", "dashboard"):
        account[name] = params.get(name, account[name])
    account["metadata"] = labels.merged(account["metadata"], params.get("metadata"))
    for name in ("country", "entity_type"):
        account["identity"][name] = params.get("identity", {}).get(name, account["identity"][name])
    account["defaults"]["currency"] = params.get("defaults", {}).get(
        "currency", account["defaults"]["currency"]
    )
    ctx.store.save(account)
    events.emit_thin(ctx, "v2.core.account.updated", account_id)
    return _shown(account, params)


def close(ctx: Context, params: Body, account_id: str) -> Body:
    """End an account for good; it must have been paid out, and owe nothing."""
    account = need(ctx, account_id)
    if account["closed"]:
        raise refused("This account is closed already.", code="account_invalid")
    for currency in money.currencies(ctx, account_id):
        if money.available(ctx, account_id, currency) or money.pending(ctx, account_id, currency):
            raise refused("The account's balance is not zero.", code="account_closure_balance_not_zero")
    account |= {"closed": True, "applied_configurations": []}
    set_status(ctx, account, "unsupported", "restricted_other")
    events.emit_thin(ctx, "v2.core.account.closed", account_id)
    return _shown(account, params)


def retrieve_v1(ctx: Context, params: Body, account_id: str) -> Body:
    return present(ctx, need(ctx, account_id))


def create_link(ctx: Context, params: Body) -> Body:
    account = need(ctx, params["account"])
    use = params["use_case"]
    if use["type"] != "account_onboarding" or "account_onboarding" not in use:
        raise invalid("This stand-in knows only links for account_onboarding.", param="use_case.type")
    token = ctx.new_id("", 32)
    onboarding = use["account_onboarding"]
    link = annotations.blank(
        core.AccountLink,
        account=account["id"],
        created=rfc3339(ctx.now),
        expires_at=rfc3339(ctx.now + LINK_LIFE),
        livemode=False,
        url=ctx.address(f"/setup/{account['id']}/{token}"),
        use_case={
            "type": "account_onboarding",
            "account_onboarding": {
                "collection_options": None,
                "refresh_url": onboarding["refresh_url"],
                "return_url": onboarding.get("return_url"),
            },
            "account_update": None,
        },
    )
    ctx.store.add(link | {"id": token}, account=PLATFORM, created=ctx.now, private={"used": False})
    return link


def open_link(ctx: Context, account_id: str, token: str) -> tuple[str | None, str]:
    """Use a link up. Answers a token for the set-up page, or nothing, and the address to go to instead."""
    link = ctx.store.get(token, kind="v2.core.account_link", account=PLATFORM)
    if link is None or link["account"] != account_id:
        raise missing("account_link", token)
    urls = link["use_case"]["account_onboarding"]
    if ctx.store.private(token)["used"] or from_rfc3339(link["expires_at"]) <= ctx.now:
        return None, urls["refresh_url"]
    ctx.store.save_private(token, {"used": True})
    page = {
        "id": ctx.new_id("setup_", 32),
        "object": "sandbox.setup",
        "account": account_id,
        "back": urls["return_url"] or urls["refresh_url"],
        "until": ctx.now + SETUP_LIFE,
    }
    ctx.store.add(page, account=PLATFORM, created=ctx.now)
    return page["id"], page["back"]


def finish_setup(ctx: Context, account: Body, outcome: str, bank: str = "") -> None:
    """The person has given everything: `active` at once, `later` verified a day after; `fails`: to be given again.

    Without a number of a `bank` account the one before stays, or the account gets one of its own.
    Raises ValueError for another outcome, and for a number without digits.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome} is none of {', '.join(OUTCOMES)}.")
    if bank or not external_accounts.has_one(ctx, account["id"]):
        external_accounts.give(ctx, account, bank or external_accounts.own_number(account["id"]))
    status, left, deadline, by, code = OUTCOMES[outcome]
    account["requirements"] = _requirements(list(left), deadline, by=by)
    for entry in account["requirements"]["entries"] if outcome == "fails" else []:
        entry["errors"] = [{"code": "verification_document_not_readable", "description": UNREADABLE}]
    ctx.store.save(account)
    events.emit_thin(ctx, REQUIREMENTS_EVENT, account["id"])
    if outcome == "later":
        ctx.at(ctx.now + VERIFIED_LATER, "verified", account["id"])
    set_status(ctx, account, status, code)


def left_setup(ctx: Context, account_id: str) -> None:
    """The person went back to the platform, having finished or not."""
    events.emit_thin(
        *(ctx, "v2.core.account_link.returned", None),
        account_id=account_id,
        configurations=["recipient"],
        use_case="account_onboarding",
    )


def verified(ctx: Context, account_id: str) -> None:
    """Timer: the documents were in order."""
    account = ctx.store.get(account_id, kind=KIND)
    assert account is not None  # nothing deletes one; it may be cut off from us by now
    finish_setup(ctx, account, "active")


def set_status(ctx: Context, account: Body, status: str, code: str = "requirements_past_due") -> None:
    """Move the one capability. An active one has no details; the others say why."""
    resolution = {"determining_status": "no_resolution", "requirements_past_due": "provide_info"}
    detail = {"code": code, "resolution": resolution.get(code, "contact_stripe")}
    capability = _capability(account)
    changed = capability["status"] != status
    capability |= {"status": status, "status_details": [] if status == "active" else [detail]}
    ctx.store.save(account)
    if changed:
        events.emit_thin(
            ctx, CAPABILITY_EVENT, account["id"], updated_capability="stripe_balance.stripe_transfers"
        )


def create_login_link(ctx: Context, params: Body, account_id: str) -> Body:
    account = need(ctx, account_id)
    if account["dashboard"] != "express":
        raise refused(f"Account {account_id} has no Express dashboard to log in to.")
    token = ctx.new_id("", 32)
    kept = {"id": token, "object": "sandbox.login", "account": account_id, "until": ctx.now + LOGIN_LIFE}
    ctx.store.add(kept, account=PLATFORM, created=ctx.now)
    return annotations.blank(
        stripe.LoginLink, created=ctx.now, url=ctx.address(f"/express/{account_id}/{token}")
    )
