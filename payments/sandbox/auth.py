"""Who asks: secret and restricted keys, the pinned version, the account that is spoken for."""

import base64
import binascii
from collections.abc import Mapping

import stripe

from payments.sandbox.config import Config
from payments.sandbox.errors import ApiError, invalid, no_access
from payments.sandbox.routing import Route
from payments.sandbox.sandbox import PLATFORM, Context


def authorise(config: Config, headers: Mapping[str, str]) -> frozenset[str]:
    """What the key may do, `*:write` for a secret one. Raises ApiError 401, or 400 for another version."""
    key = _key(headers.get("Authorization", ""))
    permissions = config.restricted_keys.get(key)
    known = key == config.key if config.key else key.startswith("sk_test_")
    if permissions is None and not known:
        raise ApiError(
            401, f"Invalid API Key provided: {key[:8]}…" if key else "No API key given.", cached=False
        )
    version = headers.get("Stripe-Version", stripe.api_version)
    if version != stripe.api_version:
        raise invalid(
            f"Invalid Stripe API version: {version}. This stand-in speaks {stripe.api_version} alone."
        )
    return frozenset({"*:write"}) if permissions is None else permissions


def _key(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return rest.strip() if scheme.lower() == "bearer" else ""


def permit(permissions: frozenset[str], route: Route) -> None:
    """Raises ApiError 403 where a restricted key lacks the permission; to write includes to read."""
    resource, needed = route.permission
    enough = {f"{r}:{w}" for r in (resource, "*") for w in {needed, "write"}}
    if not permissions & enough:
        raise ApiError(
            403,
            f"The provided key does not have the required permissions for this endpoint: {resource} {needed}.",
            code="more_permissions_required",
            cached=False,
        )


def account(ctx: Context, headers: Mapping[str, str], route: Route) -> str:
    """The account that the request is about: ours, or a connected one, whose things we only read."""
    named = headers.get("Stripe-Account") or headers.get("Stripe-Context")
    if not named:
        return PLATFORM
    if ctx.store.get(named, kind="v2.core.account") is None:
        raise no_access(named)
    ctx.reach(named)
    if route.method != "GET" and not (route.is_v2 or route.named):
        raise invalid("This stand-in changes only payouts and settings in the name of a connected account.")
    return PLATFORM if route.is_v2 else named
