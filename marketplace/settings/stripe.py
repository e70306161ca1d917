"""Stripe. The address of its stand-in makes the sandbox; the key tells Stripe's test mode from live."""

from marketplace.settings.running import PRODUCTION, env

STRIPE_SECRET_KEY: str = env.text("STRIPE_SECRET_KEY", "" if PRODUCTION else "sk_test_sandbox")
STRIPE_API_BASE: str = env.address("STRIPE_API_BASE", "", "http", "https")
STRIPE_LIVE: bool = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
STRIPE_MODE: str = "live" if STRIPE_LIVE else "sandbox" if STRIPE_API_BASE else "test"
# Comma lists, so that a new secret can be added before the old one goes.
STRIPE_WEBHOOK_SECRETS: dict[str, list[str]] = {
    "platform": env.names("STRIPE_WEBHOOK_SECRET_PLATFORM"),
    "connect": env.names("STRIPE_WEBHOOK_SECRET_CONNECT"),
    "v2": env.names("STRIPE_WEBHOOK_SECRET_V2"),
}

STRIPE_TRANSPORT: str = env.text("STRIPE_TRANSPORT", "")  # tests put the sandbox in their own process
STRIPE_TIMEOUT = (3.05, 25)  # seconds to connect and to read
# Up to this, a call whose outcome stays unknown is sent anew by itself after 26 h; above, a person decides.
AUTOMATIC_RESEND_CENTS: int = env.number("AUTOMATIC_RESEND_CENTS", 100_000)
# Of the platform's own money at Stripe so much stays there: for refunds, which give no fee back, and for chargebacks.
OPERATING_FLOAT_CENTS: int = env.number("OPERATING_FLOAT_CENTS", 50_000)
DISPUTE_RESERVE_CENTS: int = env.number("DISPUTE_RESERVE_CENTS", 20_000)
# What is beyond goes to the bank by itself after a green reconciliation, once it is so much; 0: by hand alone.
BANK_PAYOUT_LEAST_CENTS: int = env.number("BANK_PAYOUT_LEAST_CENTS", 0)
STRIPE_TOLERANCE_SECONDS = 300  # how old or early a signed webhook may be

# Where a form may lead to: Stripe's own pages, or the stand-in's.
STRIPE_PAGE_ORIGINS: list[str] = (
    [STRIPE_API_BASE] if STRIPE_API_BASE else ["https://checkout.stripe.com", "https://connect.stripe.com"]
)
# Countries whose people a platform in the US can pay: US, CA, UK, EEA and CH (Stripe, cross-border transfers).
STRIPE_PAYS = (
    *("US", "CA", "GB", "CH", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU"),
    *("IS", "IE", "IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)
PAYABLE_COUNTRIES: list[str] = env.names("PAYABLE_COUNTRIES") or list(STRIPE_PAYS)
