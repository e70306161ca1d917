"""Addresses about a payment: its page, its intent, its charge, and what comes back of it."""

import stripe
from stripe import checkout, params, radar
from stripe.params import checkout as checkout_params
from stripe.params import radar as radar_params

from payments.sandbox.objects import (
    charges,
    disputes,
    files,
    fraud_warnings,
    intents,
    refunds,
    sessions,
)
from payments.sandbox.routing import get, listed, post

CHECKOUT = (
    "allowed_payment_method_types cancel_url client_reference_id customer_email expires_at line_items metadata mode"
    " payment_intent_data success_url ui_mode"
)
S, PI, RE = "/v1/checkout/sessions", "/v1/payment_intents", "/v1/refunds"
DU, EFW = "/v1/disputes", "/v1/radar/early_fraud_warnings"
ROUTES = (
    listed(
        S,
        sessions.list_sessions,
        checkout_params.SessionListParams,
        checkout.Session,
        "payment_intent status",
    ),
    post(S, sessions.create, checkout_params.SessionCreateParams, checkout.Session, CHECKOUT),
    get(f"{S}/{{id}}", sessions.retrieve, checkout_params.SessionRetrieveParams, checkout.Session),
    post(f"{S}/{{id}}/expire", sessions.expire, checkout_params.SessionExpireParams, checkout.Session),
    listed(
        f"{S}/{{id}}/line_items",
        sessions.list_line_items,
        checkout_params.SessionListLineItemsParams,
        stripe.LineItem,
    ),
    listed(PI, intents.list_intents, params.PaymentIntentListParams, stripe.PaymentIntent),
    get(f"{PI}/{{id}}", intents.retrieve, params.PaymentIntentRetrieveParams, stripe.PaymentIntent),
    post(
        f"{PI}/{{id}}/capture",
        intents.capture,
        params.PaymentIntentCaptureParams,
        stripe.PaymentIntent,
        "amount_to_capture metadata",
    ),
    post(
        f"{PI}/{{id}}/cancel",
        intents.cancel,
        params.PaymentIntentCancelParams,
        stripe.PaymentIntent,
        "cancellation_reason",
    ),
    get("/v1/charges/{id}", charges.retrieve, params.ChargeRetrieveParams, stripe.Charge),
    listed(RE, refunds.list_refunds, params.RefundListParams, stripe.Refund, "payment_intent charge"),
    post(
        RE,
        refunds.create,
        params.RefundCreateParams,
        stripe.Refund,
        "amount charge metadata payment_intent reason",
    ),
    get(f"{RE}/{{id}}", refunds.retrieve, params.RefundRetrieveParams, stripe.Refund),
    listed(DU, disputes.list_disputes, params.DisputeListParams, stripe.Dispute, "charge payment_intent"),
    get(f"{DU}/{{id}}", disputes.retrieve, params.DisputeRetrieveParams, stripe.Dispute),
    post(
        f"{DU}/{{id}}",
        disputes.update,
        params.DisputeUpdateParams,
        stripe.Dispute,
        "evidence metadata submit",
    ),
    post(f"{DU}/{{id}}/close", disputes.close, params.DisputeCloseParams, stripe.Dispute),
    listed("/v1/files", files.list_files, params.FileListParams, stripe.File, "purpose"),
    post("/v1/files", files.create, params.FileCreateParams, stripe.File, "file purpose"),
    get("/v1/files/{id}", files.retrieve, params.FileRetrieveParams, stripe.File),
    listed(
        EFW,
        fraud_warnings.list_warnings,
        radar_params.EarlyFraudWarningListParams,
        radar.EarlyFraudWarning,
        "charge payment_intent",
    ),
    get(
        f"{EFW}/{{id}}",
        fraud_warnings.retrieve,
        radar_params.EarlyFraudWarningRetrieveParams,
        radar.EarlyFraudWarning,
    ),
)
