"""Leaving for Stripe's own pages: the one place where a form may end on another origin."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.conf import settings

View = Callable[..., Any]


def may_leave_to_stripe(view: View) -> View:
    """A form on this page may be answered with a redirect to Stripe; a strict policy would block it."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> Any:
        return csp_update({"form-action": settings.STRIPE_PAGE_ORIGINS})(view)(*args, **kwargs)

    return opened
