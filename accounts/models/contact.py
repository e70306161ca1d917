"""What people may tell of themselves before any money is held: links to their work, and no other way to reach them."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

HTTPS_ONLY = "Enter an address that starts with https://"
is_https = URLValidator(schemes=["https"], message=HTTPS_ONLY)

# Sites that are there to talk to somebody: they lead around the protected payment.
MESSENGERS: tuple[str, ...] = (
    "wa.me",
    "whatsapp.com",
    "t.me",
    "telegram.me",
    "signal.me",
    "m.me",
    "discord.gg",
    "discord.com",
)
MESSENGERS += ("skype.com", "line.me", "weixin.qq.com")
CONTACT = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"\+?\d(?:[\s()./-]{0,2}\d){8,14}"),
)


def validate_link(address: str) -> None:
    """An https address of a public site, with no name or password in it, that is no messenger."""
    is_https(address)
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if "@" in parts.netloc or ":" in parts.netloc or "." not in host or is_number(host):
        raise ValidationError("Enter the address of a public site, such as https://maya.example/work")
    if any(host == name or host.endswith(f".{name}") for name in MESSENGERS):
        raise ValidationError("Link to your work. Messages go through the site until the money is held.")


def is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def validate_no_contact(text: str) -> None:
    """No e-mail address, telephone number or link within a text."""
    found = next((match for pattern in CONTACT if (match := pattern.search(text))), None)
    if found is not None:
        raise ValidationError(
            f"Leave out “{found[0]}”: addresses and numbers stay out until the money is held. "
            "Links have boxes of their own."
        )
