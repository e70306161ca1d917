"""Every address of the API that is stood in for: what it takes, what it answers, who carries it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import stripe
from stripe import checkout, v2
from stripe.params import (
    AccountCreateLoginLinkParams,
    AccountRetrieveParams,
    BalanceRetrieveParams,
    BalanceTransactionListParams,
    BalanceTransactionRetrieveParams,
    ChargeRetrieveParams,
    EventListParams,
    EventRetrieveParams,
    PaymentIntentCancelParams,
    PaymentIntentCaptureParams,
    PaymentIntentListParams,
    PaymentIntentRetrieveParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
    TransferCreateParams,
    TransferListParams,
    TransferRetrieveParams,
)
from stripe.params.checkout import (
    SessionCreateParams,
    SessionExpireParams,
    SessionListLineItemsParams,
    SessionListParams,
    SessionRetrieveParams,
)
from stripe.params.v2 import core as core_params
from stripe.v2 import core

from payments.sandbox.objects import (
    accounts,
    balances,
    charges,
    happenings,
    intents,
    refunds,
    sessions,
    transfers,
)

Handler = Callable[..., dict[str, Any]]
PAGED = "limit starting_after ending_before created"
CHECKOUT = (
    "allowed_payment_method_types cancel_url client_reference_id customer_email expires_at line_items metadata mode"
    " payment_intent_data success_url ui_mode"
)


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    takes: type
    gives: Any
    knows: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", r"([A-Za-z0-9_]+)", self.path))

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")

    @property
    def permission(self) -> tuple[str, str]:
        """What a restricted key must be allowed: a resource, and to read or to write it."""
        parts = self.path.split("/")
        return parts[3 if self.is_v2 else 2], "read" if self.method == "GET" else "write"


def _get(path: str, handler: Handler, takes: type, gives: Any, knows: str = "") -> Route:
    return Route("GET", path, handler, takes, gives, frozenset([*knows.split(), "expand"]))


def _post(path: str, handler: Handler, takes: type, gives: Any, knows: str = "") -> Route:
    return Route("POST", path, handler, takes, gives, frozenset([*knows.split(), "expand"]))


def _list(path: str, handler: Handler, takes: type, of: Any, knows: str = "") -> Route:
    return _get(path, handler, takes, stripe.ListObject[of], f"{PAGED} {knows}")


S, PI = "/v1/checkout/sessions", "/v1/payment_intents"
ROUTES = (
    _list(S, sessions.list_sessions, SessionListParams, checkout.Session, "payment_intent status"),
    _post(S, sessions.create, SessionCreateParams, checkout.Session, CHECKOUT),
    _get(S + "/{id}", sessions.retrieve, SessionRetrieveParams, checkout.Session),
    _post(S + "/{id}/expire", sessions.expire, SessionExpireParams, checkout.Session),
    _list(S + "/{id}/line_items", sessions.list_line_items, SessionListLineItemsParams, stripe.LineItem),
    _list(PI, intents.list_intents, PaymentIntentListParams, stripe.PaymentIntent),
    _get(PI + "/{id}", intents.retrieve, PaymentIntentRetrieveParams, stripe.PaymentIntent),
    _post(
        PI + "/{id}/capture",
        intents.capture,
        PaymentIntentCaptureParams,
        stripe.PaymentIntent,
        "amount_to_capture metadata",
    ),
    _post(
        PI + "/{id}/cancel",
        intents.cancel,
        PaymentIntentCancelParams,
        stripe.PaymentIntent,
        "cancellation_reason",
    ),
    _get("/v1/charges/{id}", charges.retrieve, ChargeRetrieveParams, stripe.Charge),
    _list(
        "/v1/transfers",
        transfers.list_transfers,
        TransferListParams,
        stripe.Transfer,
        "transfer_group destination",
    ),
    _post(
        "/v1/transfers",
        transfers.create,
        TransferCreateParams,
        stripe.Transfer,
        "amount currency description destination metadata source_transaction source_type transfer_group",
    ),
    _get("/v1/transfers/{id}", transfers.retrieve, TransferRetrieveParams, stripe.Transfer),
    _list("/v1/refunds", refunds.list_refunds, RefundListParams, stripe.Refund, "payment_intent charge"),
    _post(
        "/v1/refunds",
        refunds.create,
        RefundCreateParams,
        stripe.Refund,
        "amount charge metadata payment_intent reason",
    ),
    _get("/v1/refunds/{id}", refunds.retrieve, RefundRetrieveParams, stripe.Refund),
    _get("/v1/balance", balances.retrieve, BalanceRetrieveParams, stripe.Balance),
    _list(
        "/v1/balance_transactions",
        balances.list_transactions,
        BalanceTransactionListParams,
        stripe.BalanceTransaction,
        "currency payout source type",
    ),
    _get(
        "/v1/balance_transactions/{id}",
        balances.retrieve_transaction,
        BalanceTransactionRetrieveParams,
        stripe.BalanceTransaction,
    ),
    _list("/v1/events", happenings.list_events, EventListParams, stripe.Event, "type types"),
    _get("/v1/events/{id}", happenings.retrieve_event, EventRetrieveParams, stripe.Event),
    _get("/v1/accounts/{id}", accounts.retrieve_v1, AccountRetrieveParams, stripe.Account),
    _post(
        "/v1/accounts/{id}/login_links",
        accounts.create_login_link,
        AccountCreateLoginLinkParams,
        stripe.LoginLink,
    ),
    _post(
        "/v2/core/accounts",
        accounts.create,
        core_params.AccountCreateParams,
        core.Account,
        "configuration contact_email dashboard defaults display_name identity include metadata",
    ),
    _get(
        "/v2/core/accounts/{id}",
        accounts.retrieve,
        core_params.AccountRetrieveParams,
        core.Account,
        "include",
    ),
    _post(
        "/v2/core/account_links",
        accounts.create_link,
        core_params.AccountLinkCreateParams,
        core.AccountLink,
        "account use_case",
    ),
    _get(
        "/v2/core/events",
        happenings.list_thin,
        core_params.EventListParams,
        v2.ListObject[core.Event],
        "created limit object_id page types",
    ),
    _get("/v2/core/events/{id}", happenings.retrieve_thin, core_params.EventRetrieveParams, core.Event),
)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of this address with the ids in it."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path) if route.method == method else None
        if found:
            return route, found.groups()
    return None
