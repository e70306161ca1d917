"""Addresses about the people who are paid: their accounts, and the pages that lead to these."""

import stripe
from stripe import params
from stripe.params.v2 import core as core_params
from stripe.v2 import core

from payments.sandbox.objects import accounts, external_accounts
from payments.sandbox.routing import get, listed, post

ACCT = "/v2/core/accounts"
ROUTES = (
    get("/v1/accounts/{id}", accounts.retrieve_v1, params.AccountRetrieveParams, stripe.Account),
    post(
        "/v1/accounts/{id}/login_links",
        accounts.create_login_link,
        params.AccountCreateLoginLinkParams,
        stripe.LoginLink,
    ),
    listed(
        "/v1/accounts/{id}/external_accounts",
        external_accounts.list_accounts,
        params.AccountExternalAccountListParams,
        stripe.BankAccount,
    ),
    post(
        ACCT,
        accounts.create,
        core_params.AccountCreateParams,
        core.Account,
        "configuration contact_email dashboard defaults display_name identity include metadata",
    ),
    get(f"{ACCT}/{{id}}", accounts.retrieve, core_params.AccountRetrieveParams, core.Account, "include"),
    post(
        f"{ACCT}/{{id}}",
        accounts.update,
        core_params.AccountUpdateParams,
        core.Account,
        "contact_email dashboard defaults display_name identity include metadata",
    ),
    post(
        f"{ACCT}/{{id}}/close",
        accounts.close,
        core_params.AccountCloseParams,
        core.Account,
        "applied_configurations",
    ),
    post(
        "/v2/core/account_links",
        accounts.create_link,
        core_params.AccountLinkCreateParams,
        core.AccountLink,
        "account use_case",
    ),
)
