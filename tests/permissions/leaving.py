"""Where the forms of a page may leave for: our own site, and Stripe's exactly where one leads there."""

import re

from django.conf import settings

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
TO_STRIPE = re.compile(r'action="(?:[^"]*/(?:offer|pay|set-up)/)"')
FORM = re.compile(r"<form\b[^>]*>")


def assert_leaves_where_it_must(answer, address):
    """The policy of this page, and whether a form on it is answered with Stripe's address."""
    text = "" if answer.streaming else answer.content.decode(errors="replace")
    asks = address.endswith(("/offer/", "/pay/")) or address.startswith("/pay/")
    own = asks and any("action=" not in form for form in FORM.findall(text))
    leads = answer.status_code == 200 and (own or any(TO_STRIPE.search(form) for form in posting(text)))
    wanted = " ".join(["'self'", *settings.STRIPE_PAGE_ORIGINS]) if leads else "'self'"
    a_page_of_ours = answer.status_code == 200 and not answer.streaming and not address.endswith("/as-sent/")
    if a_page_of_ours:
        assert policy_of(answer) == STRICT | {"form-action": wanted}, address
    return leads


def posting(text):
    return [form for form in FORM.findall(text) if 'method="post"' in form]


def policy_of(answer):
    """Each directive with its sources."""
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}
