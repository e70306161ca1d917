"""Real browsers: several people at once, each watched for what a page must never do."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.chromium import found

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The browser says this of every answer over 399; `Watch.answered` judges those by what was asked for.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"
OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once for each worker. A missing browser is a failure, never a skip."""
    program = found()
    if program is None:
        pytest.fail("Chromium is missing. Install it (Debian: apt install chromium) or name it in CHROMIUM.")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=60_000)
        yield chromium
        chromium.close()


class Watch:
    """Notes every console error, script error, broken part and request to a host that is not ours."""

    def __init__(self, *origins: str) -> None:
        self.origins = {origin_of(origin) for origin in origins}
        self.complaints: list[str] = []

    def allow(self, *addresses: str) -> None:
        """Let pages lead to another site of the journey, such as the sandbox's card page."""
        self.origins |= {origin_of(address) for address in addresses}

    def follow(self, context: BrowserContext) -> None:
        context.on("request", self.asked)
        context.on("response", self.answered)
        context.on("console", self.said)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))

    def asked(self, request: Request) -> None:
        if (
            not request.url.startswith(("data:", "blob:", "about:"))
            and origin_of(request.url) not in self.origins
        ):
            self.complaints.append(f"request to another host: {request.url}")

    def answered(self, response: Response) -> None:
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind not in {"document", "fetch", "xhr"}):
            self.complaints.append(f"{response.status} for the {kind} {response.url}")

    def said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(STATUS_NOTE):
            self.complaints.append(
                f"console {message.type} on {message.page and message.page.url}: {message.text}"
            )


@pytest.fixture
def watch(site_server: str) -> Iterator[Watch]:
    """What every page of this test is watched by; fails the test at its end where anything was noted."""
    watch = Watch(site_server)
    yield watch
    assert watch.complaints == []


@contextmanager
def contexts_of(browser: Browser, address: str, watch: Watch) -> Iterator[OpenContext]:
    """Open browsers for people at the site of `address`, all closed at the end."""
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(15_000)
        watch.follow(context)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def open_context(browser: Browser, site_server: str, watch: Watch) -> Iterator[OpenContext]:
    """Open one more person's browser: `open_context(color_scheme="dark")` takes Playwright's options."""
    with contexts_of(browser, site_server, watch) as open_one:
        yield open_one


@pytest.fixture
def page(open_context: OpenContext) -> Page:
    """A visitor's page: `page.goto("/projects/")`."""
    return open_context().new_page()


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA that axe can find, with the page as it stands now."""
    options = {"runOnly": {"type": "tag", "values": WCAG_22_AA}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def assert_fits(page: Page, widths: tuple[int, ...] = (320, 390, 1280)) -> None:
    """No sideways scrolling at any of `widths`."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        needed = page.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, f"{page.url} needs {needed} px of {width}"


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
