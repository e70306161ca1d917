"""The pages of the stand-in for Stripe."""

from tests.site.every_page.acts import sent_empty
from tests.site.every_page.stops import seen_by

STRIPE = seen_by(
    None,
    "stripe:card_page",
    ("stripe:card_page", sent_empty),
    "stripe:bank_page",
    "stripe:setup_page",
    ("stripe:setup_page", sent_empty),
    "stripe:express_page",
    "stripe:used_up_page",
)
