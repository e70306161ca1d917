"""A text is read from public servers alone, over https, and never longer than we wait."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from marketplace.kernel.fetching import Limits, NotFetched, fetch_text, is_public


@contextmanager
def answering(*pieces, wait=0.0):
    """A server on this machine that sends these bytes to whoever comes, slowly if told so; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    asking, _ = server.accept()
                except OSError:
                    return
                with asking:
                    asking.recv(4096)
                    try:
                        for piece in pieces:
                            asking.sendall(piece)
                            time.sleep(wait)
                    except OSError:
                        pass

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    serving.join(2)


def fetch(address, **limits):
    return fetch_text(address, may_reach=lambda _: True, schemes=("http",), limits=Limits(**limits))


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        *(
            (address, False)
            for address in (
                *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1"),
                *("0.0.0.0", "224.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1"),
                *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
            )
        ),
    ],
)
def test_an_address_is_public_or_it_is_not_asked(address, is_one):
    assert is_public(address) == is_one


@pytest.mark.parametrize("url", ["https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://0/"])
def test_our_own_network_is_not_asked(url):
    with pytest.raises(NotFetched, match="does not lead to a public server"):
        fetch_text(url)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "file:///etc/passwd", "ftp://example.org/", "https://"]
)
def test_nothing_but_https(url):
    with pytest.raises(NotFetched, match="must begin with https"):
        fetch_text(url)


def test_the_text_comes_and_no_more_of_it_than_we_want():
    with answering(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 100_000) as address:
        assert fetch(address, size=10) == "a" * 10


def test_a_server_that_says_no_is_told_so():
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    with answering(missing) as address, pytest.raises(NotFetched, match="status 404"):
        fetch(address)


def test_a_redirect_to_another_site_or_inwards_is_not_followed():
    away = b"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\n\r\n"
    with answering(away) as address, pytest.raises(NotFetched, match="leads to another site"):
        fetch(address)


def test_a_redirect_that_never_ends_ends():
    with (
        answering(b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n") as address,
        pytest.raises(NotFetched, match="on and on"),
    ):
        fetch(address)


def test_a_server_that_sends_a_byte_at_a_time_does_not_hold_us():
    head, began = b"HTTP/1.1 200 OK\r\n\r\n", time.monotonic()
    with (
        answering(head, *[b"a"] * 50, wait=0.05) as address,
        pytest.raises(NotFetched, match=r"too long|could not be read"),
    ):
        fetch(address, seconds=0.3)
    assert time.monotonic() - began < 2
