"""Ids: unguessable, or repeatable when a seed is given."""

import hashlib
import hmac
import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Ids:
    """`count` answers how many ids were made before; it is only asked when there is a seed."""

    def __init__(self, seed: str | None, count: Callable[[], int]) -> None:
        self.seed = seed
        self.count = count

    def new(self, prefix: str, length: int = 24) -> str:
        if self.seed is None:
            return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))
        number = int.from_bytes(self._digest(f"{prefix}:{self.count()}"), "big")
        digits = []
        for _ in range(length):
            number, digit = divmod(number, len(ALPHABET))
            digits.append(ALPHABET[digit])
        return prefix + "".join(digits)

    def _digest(self, text: str) -> bytes:
        return hmac.new((self.seed or "").encode(), text.encode(), hashlib.sha512).digest()
