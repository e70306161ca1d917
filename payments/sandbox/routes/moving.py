"""Addresses about money on the move: transfers and what comes back of them, balances."""

import stripe
from stripe import params

from payments.sandbox.objects import balance_settings, balances, payouts, reversals, topups, transfers
from payments.sandbox.routing import get, listed, post

TR, BT = "/v1/transfers", "/v1/balance_transactions"
PO, TU, SETTINGS = "/v1/payouts", "/v1/topups", "/v1/balance_settings"
ROUTES = (
    listed(
        TR,
        transfers.list_transfers,
        params.TransferListParams,
        stripe.Transfer,
        "transfer_group destination",
    ),
    post(
        TR,
        transfers.create,
        params.TransferCreateParams,
        stripe.Transfer,
        "amount currency description destination metadata source_transaction source_type transfer_group",
    ),
    get(f"{TR}/{{id}}", transfers.retrieve, params.TransferRetrieveParams, stripe.Transfer),
    post(
        f"{TR}/{{id}}",
        transfers.update,
        params.TransferUpdateParams,
        stripe.Transfer,
        "description metadata",
    ),
    listed(
        f"{TR}/{{id}}/reversals",
        reversals.list_reversals,
        params.TransferReversalListParams,
        stripe.TransferReversal,
    ),
    post(
        f"{TR}/{{id}}/reversals",
        reversals.create,
        params.TransferReversalCreateParams,
        stripe.TransferReversal,
        "amount metadata",
    ),
    get(
        f"{TR}/{{transfer}}/reversals/{{id}}",
        reversals.retrieve,
        params.TransferReversalRetrieveParams,
        stripe.TransferReversal,
    ),
    get("/v1/balance", balances.retrieve, params.BalanceRetrieveParams, stripe.Balance),
    listed(
        BT,
        balances.list_transactions,
        params.BalanceTransactionListParams,
        stripe.BalanceTransaction,
        "currency payout source type",
    ),
    get(
        f"{BT}/{{id}}",
        balances.retrieve_transaction,
        params.BalanceTransactionRetrieveParams,
        stripe.BalanceTransaction,
    ),
    get(SETTINGS, balance_settings.retrieve, params.BalanceSettingsRetrieveParams, stripe.BalanceSettings),
    post(
        SETTINGS,
        balance_settings.update,
        params.BalanceSettingsUpdateParams,
        stripe.BalanceSettings,
        "payments",
        named=True,
    ),
    listed(PO, payouts.list_payouts, params.PayoutListParams, stripe.Payout, "destination status"),
    post(
        PO,
        payouts.create,
        params.PayoutCreateParams,
        stripe.Payout,
        "amount currency description metadata source_type statement_descriptor",
        named=True,
    ),
    get(f"{PO}/{{id}}", payouts.retrieve, params.PayoutRetrieveParams, stripe.Payout),
    post(f"{PO}/{{id}}/cancel", payouts.cancel, params.PayoutCancelParams, stripe.Payout, named=True),
    listed(TU, topups.list_topups, params.TopupListParams, stripe.Topup, "amount status"),
    post(
        TU,
        topups.create,
        params.TopupCreateParams,
        stripe.Topup,
        "amount currency description metadata statement_descriptor transfer_group",
    ),
    get(f"{TU}/{{id}}", topups.retrieve, params.TopupRetrieveParams, stripe.Topup),
    post(f"{TU}/{{id}}/cancel", topups.cancel, params.TopupCancelParams, stripe.Topup),
)
