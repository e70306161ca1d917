"""Secrets of second steps, unreadable in the database: AES-256-GCM, and what was sealed by older keys and ways."""

import base64
import hashlib
import secrets
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

SEALED = "gcm1."  # how what is sealed here begins
FERNET = "gAAAA"  # and what was before: its version and the first bytes of the time
NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1; random, for far fewer than its 2**32 messages of one key


class Unreadable(Exception):
    """No key of this site opens it: SECRET_KEY was changed without naming the old one in SECRET_KEY_FALLBACKS."""


def seal(text: str) -> str:
    """What only this site reads again."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(next(keys())).encrypt(nonce, text.encode(), SEALED.encode())
    return SEALED + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str) -> str:
    """What was stored before there was a key is read as it stands. Raises Unreadable, InvalidToken."""
    if sealed.startswith(FERNET):
        return old_keys().decrypt(sealed.encode()).decode()
    if not sealed.startswith(SEALED):
        return sealed
    content = base64.urlsafe_b64decode(sealed.removeprefix(SEALED))
    for key in keys():
        try:
            return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], SEALED.encode()).decode()
        except InvalidTag:
            continue
    raise Unreadable


def keys() -> Iterator[bytes]:
    """Of 256 bits: from the secret key, then from older ones, so that it can be changed without locking anybody out."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield hashlib.sha256(f"second step, AES-GCM:{secret}".encode()).digest()


def old_keys() -> MultiFernet:
    """Those of before, which seal nothing any more."""
    found = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"second step:{secret}".encode()).digest() for secret in found]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
