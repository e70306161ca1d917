"""Reading a small text from somebody else's server without being led into our own network (SSRF).

OWASP's rules: https alone, every address that a name stands for must be a public one, the connection goes to the
very address that was checked (a name may be answered otherwise a moment later), redirects are checked anew, and
neither size nor time is the other side's choice.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

REDIRECTS = {301, 302, 303, 307, 308}
IPV6_THAT_HIDES_IPV4 = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32")]


class NotFetched(Exception):
    """Nothing came back that can be used. The message is for whoever owns the server."""


class Limits(NamedTuple):
    """How much the other side may cost."""

    seconds: float = 5
    size: int = 4096
    redirects: int = 2


USUAL = Limits()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet, and stands for nothing else."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in net for net in IPV6_THAT_HIDES_IPV4):
            return False
    return ip.is_global and not ip.is_multicast


def fetch_text(
    url: str,
    *,
    may_reach: Callable[[str], bool] = is_public,
    schemes: tuple[str, ...] = ("https",),
    limits: Limits = USUAL,
) -> str:
    """The first `limits.size` bytes at `url`, read as UTF-8. Raises NotFetched. Never inside a transaction."""
    ends_at = time.monotonic() + limits.seconds
    host = urlsplit(url).hostname
    for _ in range(limits.redirects + 1):
        answer = fetch_once(url, may_reach=may_reach, schemes=schemes, limits=limits, ends_at=ends_at)
        if isinstance(answer, str):
            return answer
        url = urljoin(url, answer.to)
        if not is_same_site(host, urlsplit(url).hostname):
            raise NotFetched("The address leads to another site.")
    raise NotFetched("The address leads on and on.")


class LeadsOn(NamedTuple):
    to: str


def is_same_site(one: str | None, other: str | None) -> bool:
    """The same name, with or without www."""
    return bool(one and other) and (one or "").removeprefix("www.") == (other or "").removeprefix("www.")


def fetch_once(
    url: str,
    *,
    may_reach: Callable[[str], bool],
    schemes: tuple[str, ...],
    limits: Limits,
    ends_at: float,
) -> str | LeadsOn:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotFetched("The address cannot be read.") from None
    if parts.scheme not in schemes or not host:
        raise NotFetched("The address must begin with https://.")
    asks = Pinned(
        host, port, address=address_of(host, port, may_reach), ends_at=ends_at, tls=parts.scheme == "https"
    )
    try:
        asks.request(
            "GET", parts.path or "/", headers={"Accept": "text/plain", "User-Agent": "marketplace-proof"}
        )
        answer = asks.getresponse()
        if answer.status in REDIRECTS:
            return LeadsOn(answer.headers.get("Location", ""))
        if answer.status != http.client.OK:
            raise NotFetched(f"The server answered with status {answer.status}.")
        return read(answer, asks, limits=limits, ends_at=ends_at)
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched(f"The server could not be read: {type(error).__name__}.") from None
    finally:
        asks.close()


def read(answer: http.client.HTTPResponse, asks: "Pinned", *, limits: Limits, ends_at: float) -> str:
    """A little at a time, so that a server that sends one byte a second does not hold us."""
    body = b""
    while len(body) < limits.size and (piece := answer.read1(limits.size - len(body))):
        body += piece
        left = ends_at - time.monotonic()
        if left <= 0:
            raise NotFetched("The server took too long.")
        if asks.sock is not None:
            asks.sock.settimeout(left)
    return body.decode("utf-8", errors="replace")


def address_of(host: str, port: int, may_reach: Callable[[str], bool]) -> str:
    """One address of the host; all of them must be allowed, or the next answer may bring the other."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("Nobody knows a server of this name.") from None
    addresses = [str(sockaddr[0]) for *_, sockaddr in found]
    if not addresses or not all(may_reach(address) for address in addresses):
        raise NotFetched("This name does not lead to a public server.")
    return addresses[0]


class Pinned(http.client.HTTPConnection):
    """A connection to the one address that was looked at, with the certificate of the host's name."""

    def __init__(self, host: str, port: int, *, address: str, ends_at: float, tls: bool) -> None:
        super().__init__(host, port, timeout=max(ends_at - time.monotonic(), 0.01))
        self.address, self.tls = address, tls

    def connect(self) -> None:
        sock = socket.create_connection((self.address, self.port), self.timeout)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(sock, server_hostname=self.host) if self.tls else sock
