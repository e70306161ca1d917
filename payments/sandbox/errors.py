"""Refusals in Stripe's own shape."""

from typing import Any


class ApiError(Exception):
    """Answered with `status` and Stripe's error body; `cached` ones are remembered under the idempotency key."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        cached: bool = True,
        more: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.cached = cached
        self.headers = headers or {}
        said = {"type": kind, "message": message, "code": code, "param": param}
        self.error = {k: v for k, v in said.items() if v is not None} | (more or {})

    def body(self, request_id: str | None) -> dict[str, Any]:
        url = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": self.error | ({"request_log_url": url} if request_id else {})}


def missing(kind: str, id_: str, *, param: str = "id", status: int = 404) -> ApiError:
    """No such thing: never remembered under a key, so a later send with the same key is a new request."""
    noun = kind.rsplit(".", 1)[-1].replace("_", " ")
    return ApiError(status, f"No such {noun}: '{id_}'", code="resource_missing", param=param, cached=False)


def no_access(account: str) -> ApiError:
    """Of an account that is not connected, or no more: Stripe says the same of both, and to a key of another's."""
    message = (
        f"The provided key does not have access to account '{account}' (or that account does not exist). "
        "Application access may have been revoked."
    )
    return ApiError(403, message, code="account_invalid", cached=False)


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """A request that was never begun."""
    return ApiError(400, message, param=param, code=code, cached=False)


def refused(message: str, *, code: str | None = None, param: str | None = None, **more: Any) -> ApiError:
    """A request that was begun and cannot be carried out: the key remembers it."""
    return ApiError(400, message, code=code, param=param, more=more)
