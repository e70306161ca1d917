"""What a stand-in is told when it starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Channel = Literal["platform", "connect", "v2"]
CHANNELS: tuple[Channel, ...] = ("platform", "connect", "v2")


@dataclass(frozen=True)
class Webhook:
    """An address that hears about one channel: our own account, connected accounts, or thin v2 events."""

    channel: Channel
    url: str
    secret: str


@dataclass(frozen=True)
class Config:
    key: str | None = None
    restricted_keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    webhooks: tuple[Webhook, ...] = ()
    public_url: str | None = None
    float_cents: int = 0
    late_booking_seconds: int = 0
    connected_reserves: bool = False
    connect_fees: bool = False
    seed: str | None = None


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Read `SANDBOX_*`. Raises ValueError with one sentence for a setting that cannot be read."""
    env = os.environ if environment is None else environment
    return Config(
        key=env.get("SANDBOX_KEY") or None,
        restricted_keys=_restricted(env.get("SANDBOX_RESTRICTED_KEYS", "")),
        webhooks=tuple(w for channel in CHANNELS for w in _webhooks(env, channel)),
        public_url=env.get("SANDBOX_PUBLIC_URL") or None,
        float_cents=_whole(env, "SANDBOX_FLOAT_CENTS"),
        late_booking_seconds=_whole(env, "SANDBOX_LATE_BOOKING_SECONDS"),
        connected_reserves=_yes(env, "SANDBOX_CONNECTED_RESERVES"),
        connect_fees=_yes(env, "SANDBOX_CONNECT_FEES"),
        seed=env.get("SANDBOX_SEED") or None,
    )


def _webhooks(env: Mapping[str, str], channel: Channel) -> list[Webhook]:
    name = f"SANDBOX_WEBHOOK_{channel.upper()}"
    found = []
    for part in filter(None, (p.strip() for p in env.get(name, "").split(","))):
        url, bar, secret = part.partition("|")
        if not (bar and secret and url.startswith(("http://", "https://"))):
            raise ValueError(f"{name} should read https://address|secret.")
        found.append(Webhook(channel, url, secret))
    return found


def _restricted(text: str) -> dict[str, frozenset[str]]:
    keys = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        key, equals, permissions = part.partition("=")
        if not equals:
            raise ValueError("SANDBOX_RESTRICTED_KEYS should read rk_test_a=transfers:write,refunds:read;…")
        keys[key.strip()] = frozenset(p.strip() for p in permissions.split(",") if p.strip())
    return keys


def _yes(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise ValueError(f"{name} should be true or false, not {text!r}.")
    return text == "true"


def _whole(env: Mapping[str, str], name: str) -> int:
    text = env.get(name) or "0"
    if not text.isdecimal():
        raise ValueError(f"{name} should be a whole number, not {text!r}.")
    return int(text)
