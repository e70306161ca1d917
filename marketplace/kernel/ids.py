"""Public ids: what an address shows instead of a primary key."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LENGTH = 10


def new_public_id() -> str:
    """Ten characters that nobody can guess (49 bits) or misread (no 0/o, 1/i/l, u)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
