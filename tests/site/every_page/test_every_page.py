"""Every page is accessible in light and dark, fits, is well built, quiet, and stands without JavaScript."""

import re
import threading

import pytest
from django.conf import settings as site
from django.core import mail as post
from django.urls import get_resolver, resolve, reverse
from werkzeug.serving import make_server

from marketplace.kernel import mail
from tests import cast, sandboxed
from tests.site.every_page import world as making
from tests.site.every_page.looking import look
from tests.site.every_page.walks import NO_PAGES, ONLY_POSTED, WALKS

ALIKE = re.compile("admin:.*_(add|delete|history)$")  # Django's own, the same for each model: one of each is seen


@pytest.fixture
def world(sandbox, site_server, settings, watch):
    """The one marketplace, with its letters and the stand-in's own pages."""
    settings.ROOT_URLCONF = "tests.site.every_page.addresses"
    settings.EMAIL_BACKEND = "django_mail_viewer.backends.locmem.EmailBackend"
    server = make_server("127.0.0.1", 0, sandboxed.running[-1], threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stripe = f"http://127.0.0.1:{server.server_port}"
    made = making.build(sandbox, stripe=stripe)
    mail.deliver_waiting(at=made.now, limit=3)
    made.letter_id = post.outbox[0]["message-id"].strip("<>")
    watch.allow(stripe)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(world, open_context, watch):
    """Open a stop in its person's browser: the page, and what was not as expected on the way."""
    pages = {}

    def visit(stop, *, scripts):
        key = stop.who, scripts
        if key not in pages:
            context = open_context(java_script_enabled=scripts, reduced_motion="reduce")
            if stop.who:
                context.add_cookies([making.cookie_of(world, stop.who)])
            pages[key] = context.new_page()
        page = pages[key]
        response = page.goto(stop.address(world))
        if stop.does:
            response = stop.does(page)
        unasked = [f"answers {response.status}"] * (response.status != stop.status)
        headings = page.locator("h1").count()
        return page, unasked + astray(stop, page) + [f"{headings} headings h1"] * (headings != 1)

    return visit


def astray(stop, page):
    """Whether the browser stands somewhere else than the walk says."""
    if stop.name.startswith("stripe:"):
        return []
    found = resolve(page.url.removeprefix(site.SITE_URL).partition("?")[0]).view_name
    return [f"led to {found}"] * (found != stop.page)


def heard(watch, stop):
    """What the page complained of meanwhile; a page that tells of a fault of ours has status 500 or 503."""
    noted, watch.complaints[:] = list(watch.complaints), []
    return [line for line in noted if not line.startswith(f"{stop.status} for the document")]


def told(wrong):
    return "".join("\n    ".join([f"\n{stop}", *lines]) for stop, lines in wrong.items() if lines)


@pytest.mark.parametrize("walk", WALKS)
def test_every_page_is_accessible_fits_and_is_quiet(visit, watch, walk):
    wrong = {}
    for stop in WALKS[walk]:
        page, unexpected = visit(stop, scripts=True)
        wrong[stop] = unexpected + look(page, ours=stop.is_ours, name=str(stop)) + heard(watch, stop)
    assert not told(wrong), told(wrong)


def test_every_page_stands_without_javascript(visit, watch):
    wrong = {}
    for stop in (stop for walk in WALKS.values() for stop in walk):
        _, unexpected = visit(stop, scripts=False)
        wrong[stop] = unexpected + heard(watch, stop)
    assert not told(wrong), told(wrong)


def names_of(patterns, space=""):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = ":".join(filter(None, [space, pattern.namespace]))
            yield from names_of(pattern.url_patterns, inner)
        elif pattern.name:
            yield ":".join(filter(None, [space, pattern.name]))


def test_no_page_of_the_site_is_left_out():
    """Whoever adds an address adds a stop to a walk, or says why it is no page."""
    seen = {stop.page for walk in WALKS.values() for stop in walk}
    excused = {name for names in NO_PAGES.values() for name in names} | set(ONLY_POSTED)
    named = {name for name in names_of(get_resolver("marketplace.urls").url_patterns) if not ALIKE.match(name)}
    assert named - seen - excused == set()
    assert excused - named == set()


def test_what_is_only_posted_shows_no_page(client, db):
    client.force_login(cast.a_person("Ada Chief", is_staff=True, is_superuser=True))
    for name, args in ONLY_POSTED.items():
        assert client.get(reverse(name, args=args)).status_code == 405, name
