"""Every address of the API that is stood in for."""

from payments.sandbox.routes import accounts, happening, moving, paying
from payments.sandbox.routing import Route

ROUTES = (*paying.ROUTES, *moving.ROUTES, *accounts.ROUTES, *happening.ROUTES)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of this address with the ids in it."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path) if route.method == method else None
        if found:
            return route, found.groups()
    return None
