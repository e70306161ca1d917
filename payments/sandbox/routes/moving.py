"""Addresses about money on the move: transfers and what comes back of them, balances."""

import stripe
from stripe import params

from payments.sandbox.objects import balances, reversals, transfers
from payments.sandbox.routing import get, listed, post

TR, BT = "/v1/transfers", "/v1/balance_transactions"
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
)
