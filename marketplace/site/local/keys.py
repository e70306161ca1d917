"""The secrets of one data folder, made at the first start and kept for its owner alone."""

import json
import secrets
from pathlib import Path

FILE = "keys.json"


def keys_of(folder: Path) -> dict[str, str]:
    """Read them, adding what a newer release needs."""
    path = folder / FILE
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    keys = fresh_keys() | known
    if keys != known:
        unfinished = path.with_suffix(".new")
        unfinished.touch(0o600)
        unfinished.write_text(json.dumps(keys, indent=1))
        unfinished.replace(path)
    return keys


def fresh_keys() -> dict[str, str]:
    return {
        "POSTGRES": secrets.token_hex(24),
        "VALKEY": secrets.token_hex(24),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(24)}",
        "STRIPE_WEBHOOK_SECRET_PLATFORM": f"whsec_{secrets.token_hex(24)}",
        "STRIPE_WEBHOOK_SECRET_CONNECT": f"whsec_{secrets.token_hex(24)}",
        "STRIPE_WEBHOOK_SECRET_V2": f"whsec_{secrets.token_hex(24)}",
    }
