"""Every address of the API that is stood in for: what it takes, what it answers, who carries it out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import stripe
from stripe import params
from stripe.params import checkout as checkout_params
from stripe.params.v2 import core as core_params

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


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    handler: Handler
    takes: type

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("^" + re.sub(r"\{\w+\}", r"([A-Za-z0-9_]+)", self.path) + "$")

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")


P, C, V = params, checkout_params, core_params
ROUTES = [
    Route("GET", "/v1/checkout/sessions", sessions.list_sessions, C.SessionListParams),
    Route("POST", "/v1/checkout/sessions", sessions.create, C.SessionCreateParams),
    Route("GET", "/v1/checkout/sessions/{id}", sessions.retrieve, C.SessionRetrieveParams),
    Route("POST", "/v1/checkout/sessions/{id}/expire", sessions.expire, C.SessionExpireParams),
    Route(
        "GET", "/v1/checkout/sessions/{id}/line_items", sessions.list_line_items, C.SessionListLineItemsParams
    ),
    Route("GET", "/v1/payment_intents", intents.list_intents, P.PaymentIntentListParams),
    Route("GET", "/v1/payment_intents/{id}", intents.retrieve, P.PaymentIntentRetrieveParams),
    Route("POST", "/v1/payment_intents/{id}/capture", intents.capture, P.PaymentIntentCaptureParams),
    Route("POST", "/v1/payment_intents/{id}/cancel", intents.cancel, P.PaymentIntentCancelParams),
    Route("GET", "/v1/charges/{id}", charges.retrieve, P.ChargeRetrieveParams),
    Route("GET", "/v1/transfers", transfers.list_transfers, P.TransferListParams),
    Route("POST", "/v1/transfers", transfers.create, P.TransferCreateParams),
    Route("GET", "/v1/transfers/{id}", transfers.retrieve, P.TransferRetrieveParams),
    Route("GET", "/v1/refunds", refunds.list_refunds, P.RefundListParams),
    Route("POST", "/v1/refunds", refunds.create, P.RefundCreateParams),
    Route("GET", "/v1/refunds/{id}", refunds.retrieve, P.RefundRetrieveParams),
    Route("GET", "/v1/balance", balances.retrieve, P.BalanceRetrieveParams),
    Route("GET", "/v1/balance_transactions", balances.list_transactions, P.BalanceTransactionListParams),
    Route(
        "GET",
        "/v1/balance_transactions/{id}",
        balances.retrieve_transaction,
        P.BalanceTransactionRetrieveParams,
    ),
    Route("GET", "/v1/events", happenings.list_events, P.EventListParams),
    Route("GET", "/v1/events/{id}", happenings.retrieve_event, P.EventRetrieveParams),
    Route("GET", "/v1/accounts/{id}", accounts.retrieve_v1, P.AccountRetrieveParams),
    Route(
        "POST", "/v1/accounts/{id}/login_links", accounts.create_login_link, P.AccountCreateLoginLinkParams
    ),
    Route("POST", "/v2/core/accounts", accounts.create, V.AccountCreateParams),
    Route("GET", "/v2/core/accounts/{id}", accounts.retrieve, V.AccountRetrieveParams),
    Route("POST", "/v2/core/account_links", accounts.create_link, V.AccountLinkCreateParams),
    Route("GET", "/v2/core/events", happenings.list_thin, V.EventListParams),
    Route("GET", "/v2/core/events/{id}", happenings.retrieve_thin, V.EventRetrieveParams),
]
API_VERSION = stripe.api_version


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of this address with the ids in it."""
    for route in ROUTES:
        found = route.pattern.match(path) if route.method == method else None
        if found:
            return route, found.groups()
    return None
