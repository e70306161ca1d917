"""How often the API is asked: by one key, by one person with all of theirs, by one address without either."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

MINUTE = 60


class ByTheMinute(BaseThrottle):
    """So many requests in each minute of the clock, counted by the cache in one step, however many come at once."""

    wait_for: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        counted = [
            self.counts(name, most) for name, most in self.limits(request)
        ]  # each of them, whichever is over
        return all(counted)

    def counts(self, name: str, most: int) -> bool:
        now = time.time()
        key = f"api:{name}:{int(now // MINUTE)}"
        cache.add(key, 0, 2 * MINUTE)
        if cache.incr(key) <= most:
            return True
        self.wait_for = MINUTE - now % MINUTE
        return False

    def wait(self) -> float | None:
        return self.wait_for

    def limits(self, request: Request) -> list[tuple[str, int]]:
        if not request.user.is_authenticated:
            return [(f"address:{self.get_ident(request)}", settings.API_ADDRESS_A_MINUTE)]
        limits = [(f"person:{request.user.pk}", settings.API_PERSON_A_MINUTE)]
        if request.auth is not None:
            limits.append((f"key:{request.auth.pk}", settings.API_KEY_A_MINUTE))
        return limits


class WrongKeys(ByTheMinute):
    """Keys that nobody has: whoever sends them is known by the address alone."""

    def limits(self, request: Any) -> list[tuple[str, int]]:
        return [(f"wrong:{self.get_ident(request)}", settings.API_ADDRESS_A_MINUTE)]
