"""Every page is accessible in light and dark, fits, is valid, quiet, and stands without JavaScript.

Of the states that the people of one side find one page in, `make test` looks at one, and of the tables of Django's
administration at some; `make deep` looks at all.
"""

import os
import re
from collections import defaultdict

import pytest
from django.conf import settings as site
from django.core import mail as post
from django.test import override_settings
from django.urls import resolve

from marketplace.kernel import mail
from tests.databases import WORKER, separate, serving
from tests.deep import spread
from tests.sandboxed import showing_pages, standing_in
from tests.site.every_page import validity
from tests.site.every_page import world as making
from tests.site.every_page.looking import IN_THE_PAGE, look
from tests.site.every_page.walks import WALKS
from tests.site.every_page.world.people import cookie_of

ELSEWHERE = ("admin:", "stripe:express_page")
STOPS = os.environ.get("STOPS", "")
TABLE = re.compile(r"admin:\w+_(changelist|change|history|delete|add)$")
TABLES = 2  # of each such page of Django's administration


def with_google():
    """The keys of an operator who lets people log in with Google; nobody of the walk goes there."""
    google = site.SOCIALACCOUNT_PROVIDERS["google"] | {"APPS": [{"client_id": "our-id", "secret": "ours"}]}
    return {"GOOGLE_CLIENT_ID": "our-id", "SOCIALACCOUNT_PROVIDERS": {"google": google}}


@pytest.fixture(scope="module")
def world(django_test_environment, django_db_blocker):
    """The one marketplace of all walks, with its letters and the stand-in's own pages; nobody changes it."""
    letters = "django_mail_viewer.backends.locmem.EmailBackend"
    routes = "tests.site.every_page.addresses"
    with (
        django_db_blocker.unblock(),
        separate(f"every_page_{WORKER}"),
        serving() as address,
        standing_in() as sandbox,
        showing_pages() as stripe,
        override_settings(ROOT_URLCONF=routes, EMAIL_BACKEND=letters, **with_google()),
    ):
        made = making.build(sandbox, stripe=stripe)
        made.site, made.looks = address, {}
        mail.deliver_waiting(at=made.now, limit=3)
        made.letters = list(post.outbox)
        made.letter_id = made.letters[0]["message-id"].strip("<>")
        yield made


@pytest.fixture
def site_server(world):
    """Where the browsers of this module go; the letters are put back, since each test starts without any."""
    post.outbox[:] = world.letters
    return world.site


@pytest.fixture(scope="module")
def validator():
    with validity.validating() as validator:
        yield validator


@pytest.fixture
def visit(world, open_context, watch):
    """Open a stop in its person's browser: the page, its answer, and what was not as expected on the way."""
    watch.allow(world.stripe)
    pages = {}

    def page_of(stop, *, scripts):
        """One browser for all, which keeps what pages share; only who is logged in changes."""
        if scripts not in pages:
            context = open_context(java_script_enabled=scripts, reduced_motion="reduce")
            if scripts:
                context.add_init_script(IN_THE_PAGE)
            pages[scripts] = context.new_page(), []
        page, logged_in = pages[scripts]
        if logged_in != [stop.who]:
            page.context.clear_cookies()
            page.context.add_cookies([cookie_of(world, stop.who)] if stop.who else [])
            logged_in[:] = [stop.who]
        return page

    def visit(stop, *, scripts):
        page = page_of(stop, scripts=scripts)
        response = page.goto(stop.address(world))
        if stop.does:
            response = stop.does(page)
        unasked = [f"answers {response.status}"] * (response.status != stop.status)
        headings = page.locator("h1").count()
        unasked += astray(stop, page) + [f"{headings} headings h1"] * (headings != 1)
        return page, response, unasked

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


def chosen(stops):
    """Those whose name has `STOPS` in it while one works on a page, else one state of each page, in order."""
    if STOPS:
        return [stop for stop in stops if STOPS in str(stop)]
    kinds, tables = defaultdict(list), defaultdict(list)
    for stop in stops:
        kinds[stop.kind].append(stop)
    for first in (kind[0] for kind in kinds.values()):
        found = TABLE.match(first.page)
        if found:
            tables[found[1]].append(first)
    left_out = {id(stop) for table in tables.values() for stop in table}
    left_out -= {id(stop) for table in tables.values() for stop in spread(table, over=TABLES)}
    taken = {id(stop) for kind in kinds.values() for stop in spread(kind, over=1)} - left_out
    return [stop for stop in stops if id(stop) in taken]


def told(wrong):
    return "".join("\n    ".join([f"\n{stop}", *lines]) for stop, lines in wrong.items() if lines)


@pytest.mark.parametrize("walk", WALKS)
def test_every_page_is_accessible_fits_is_valid_and_quiet(world, visit, validator, watch, walk):
    wrong = {}
    for turn, stop in enumerate(chosen(WALKS[walk])):
        page, response, unexpected = visit(stop, scripts=True)
        validator.ask(response.text(), page=stop.page)
        found = look(page, ours=stop.is_ours, name=str(stop), looks=world.looks, turn=None if STOPS else turn)
        wrong[stop] = unexpected + found + validator.answer() + heard(watch, stop)
    assert not told(wrong), told(wrong)


def test_every_page_stands_without_javascript(visit, watch):
    """Each page that a form leads to or is sent back to, and each that tells of a mishap."""
    wrong = {}
    stops = {
        stop.kind: stop
        for walk in WALKS.values()
        for stop in walk
        if (stop.does or stop.status != 200) and not stop.name.startswith(ELSEWHERE)
    }
    for stop in chosen(stops.values()):
        _, _, unexpected = visit(stop, scripts=False)
        wrong[stop] = unexpected + heard(watch, stop)
    assert not told(wrong), told(wrong)


def test_html_is_validated(validator):
    if not validity.IS_INSTALLED and not validity.IS_WANTED:
        pytest.skip(validity.MISSING)
    assert validity.IS_INSTALLED, validity.MISSING
    validator.ask("<!doctype html><title>A list</title><p>Two<ul><li>of<li>them</ul></p>", page="home")
    assert [line for line in validator.answer() if "</p>" in line]
