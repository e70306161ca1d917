"""Whoever adds an address adds a stop to a walk, or says why it is no page."""

import re

from django.urls import get_resolver, reverse

from tests import cast
from tests.site.every_page.walks import WALKS
from tests.site.every_page.walks.no_pages import NO_PAGES, ONLY_POSTED

ALIKE = re.compile(
    r"admin:.*_(add|delete|history)$"  # Django's own, the same for each model: one of each is seen
    r"|\w+:api_(?!keys$)"  # answers for machines
)


def names_of(patterns, space=""):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = ":".join(filter(None, [space, pattern.namespace]))
            yield from names_of(pattern.url_patterns, inner)
        elif pattern.name:
            yield ":".join(filter(None, [space, pattern.name]))


def test_no_page_of_the_site_is_left_out():
    seen = {stop.page for walk in WALKS.values() for stop in walk}
    excused = {name for names in NO_PAGES.values() for name in names} | set(ONLY_POSTED)
    named = {
        name for name in names_of(get_resolver("marketplace.urls").url_patterns) if not ALIKE.match(name)
    }
    assert named - seen - excused == set()
    assert excused - named == set()


def test_what_is_only_posted_shows_no_page(client, db):
    client.force_login(cast.a_person("Ada Chief", is_staff=True, is_superuser=True))
    for name, args in ONLY_POSTED.items():
        assert client.get(reverse(name, args=args)).status_code == 405, name
