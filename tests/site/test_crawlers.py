"""What crawlers may read, the map of the public pages, and what others show of a page that is shared."""

import json
import re
import struct
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from projects import posting
from tests import cast
from tests.permissions.addresses import ARGUMENT, lines

pytestmark = pytest.mark.django_db
STATIC = settings.BASE_DIR / "static"


def rules(client):
    """Each rule of robots.txt: how long it is, whether it opens, and what it fits."""
    for line in client.get("/robots.txt").content.decode().splitlines():
        kind, _, path = line.partition(": ")
        if kind in {"Allow", "Disallow"}:
            pattern = re.escape(path).replace(r"\*", ".*").replace(r"\$", "$")
            yield len(path), kind == "Allow", re.compile(pattern)


def crawled(rules, path):
    return max((length, opens) for length, opens, pattern in rules if pattern.match(path))[1]


def pages(told):
    """The addresses of the table that answer a visitor with one of `told`."""
    for line in lines():
        get = line.told["visitor"].partition("/")[0]
        if get in told:
            yield "/" + ARGUMENT.sub("x1", line.route)


def test_crawlers_are_kept_out_of_what_a_visitor_does_not_see(client):
    known = list(rules(client))
    hidden = {path for path in pages({"login", "signup", "admin", "403"}) if crawled(known, path)}
    assert hidden == set()


def test_crawlers_may_read_what_is_meant_for_everybody(client):
    known = list(rules(client))
    opened = {path for path in pages({"200"}) if crawled(known, path)}
    assert opened == {
        *("/", "/accounts/signup/", "/companies/x1/"),
        *("/projects/", "/projects/x1/", "/projects/templates/", "/projects/templates/x1/"),
        *("/site.webmanifest", "/sitemap.xml", "/.well-known/security.txt"),
    }
    assert not crawled(known, "/projects/?q=interviews")
    assert crawled(known, "/static/img/social.png")


def test_the_map_names_what_is_open_and_nothing_else(client):
    employer = cast.an_employer()
    shown = cast.an_open_project(employer)
    hidden = [
        cast.a_draft(employer),
        cast.a_project_in_moderation(employer),
        posting.pause(cast.an_open_project(employer), by=employer, at=timezone.now()),
        posting.close_early(cast.an_open_project(employer), by=employer, at=timezone.now()),
    ]
    page = client.get("/sitemap.xml").content.decode()
    assert f"<loc>{settings.SITE_URL}{shown.get_absolute_url()}</loc><lastmod>" in page
    assert f"<loc>{settings.SITE_URL}{cast.company_of(employer).get_absolute_url()}</loc>" in page
    assert [project for project in hidden if project.public_id in page] == []


def test_the_map_asks_two_questions_however_much_there_is(client, django_assert_num_queries):
    for employer in (cast.an_employer(), cast.another_employer()):
        for _ in range(2):
            cast.an_open_project(employer)
        with django_assert_num_queries(2):
            client.get("/sitemap.xml")


def shared(client, path):
    """What a page says of itself to those who show it elsewhere."""
    page = client.get(path).content.decode()
    found = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))
    return found | {"canonical": re.search(r'<link rel="canonical" href="([^"]*)">', page)[1]}


def test_each_public_page_says_what_it_is_and_where_it_stands(client):
    project = cast.an_open_project(title="A “first” & 'second' look at \"bookings\"")
    paths = [
        *(reverse(name) for name in ("home", "projects:list", "projects:templates", "account_signup")),
        reverse("projects:template", args=["usability-check"]),
        project.get_absolute_url(),
        project.company.get_absolute_url(),
    ]
    told = {path: shared(client, f"{path}?from=elsewhere") for path in paths}
    for path, found in told.items():
        assert found["canonical"] == found["og:url"] == f"{settings.SITE_URL}{path}"
        assert found["og:image"] == f"{settings.SITE_URL}/static/img/social.png"
        assert found["twitter:card"] == "summary_large_image"
        assert found["og:description"]
        assert "**" not in found["description"]
    assert len({found["description"] for found in told.values()}) == len(paths)
    assert told[paths[-2]]["og:title"] == "A “first” &amp; &#x27;second&#x27; look at &quot;bookings&quot;"


def size_of(picture):
    return struct.unpack(">II", picture.read_bytes()[16:24])


def test_the_pictures_have_the_sizes_that_are_told(client):
    assert size_of(STATIC / "img/social.png") == (1200, 630)
    told = json.loads(client.get("/site.webmanifest").content)
    for icon in told["icons"]:
        picture = STATIC / icon["src"].removeprefix("/static/")
        assert icon["sizes"] in {"any", "{}x{}".format(*size_of(picture))}
    assert {icon.get("purpose") for icon in told["icons"]} == {None, "maskable"}
    assert client.get("/favicon.ico")["Location"] == "/static/img/favicon.ico"


def test_a_draft_is_shared_by_nothing(client):
    employer = cast.an_employer()
    client.force_login(employer)
    assert b"og:title" not in client.get(cast.a_draft(employer).get_absolute_url()).content


def test_whoever_finds_a_weakness_is_told_whom_to_tell_and_until_when(client, settings):
    settings.SECURITY_CONTACT = "mailto:safe@example.org"
    answer = client.get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    ends = datetime.fromisoformat(lines["Expires"])
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert lines["Contact"] == "mailto:safe@example.org"
    assert timedelta(days=100) < ends - timezone.now() < timedelta(days=365)  # RFC 9116: less than a year
    assert lines["Canonical"] == f"{settings.SITE_URL}/.well-known/security.txt"
