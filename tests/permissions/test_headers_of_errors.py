"""What goes wrong is marked as every other answer: refused, too large, too often, our own fault, not there now."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from marketplace.environment import CHECKOUT
from marketplace.kernel.api.doors import Door
from marketplace.kernel.errors import RuleViolation
from tests import cast
from tests.permissions.test_headers import ALWAYS, OFF, STRICT, policy_of

TOKEN = "a token of more than twenty-four characters"
ELSEWHERE = {"HTTP_HOST": "elsewhere.example.org"}


class Forbidden(RuleViolation):
    """What these tests alone forbid."""

    code = "forbidden_by_this_test"


def fails(request):
    raise ZeroDivisionError


def forbids(request):
    raise Forbidden("Not today.")


class Forbids(Door):
    open_to_all = ("GET",)

    def get(self, request):
        raise Forbidden("Not today.")


urlpatterns = [
    path("", include("marketplace.urls")),
    path("fails/", fails),
    path("api/v1/fails/", fails),
    path("forbids/", forbids),
    path("api/v1/forbids/", Forbids.as_view()),
    path("ours/", lambda request: HttpResponse("ours")),
]
handler500 = "marketplace.site.failing.server_error"
handler404 = "marketplace.site.failing.page_not_found"
handler400 = "marketplace.site.failing.bad_request"


@pytest.fixture
def client(settings, db):
    """A browser of a site as in production."""
    settings.ROOT_URLCONF = __name__
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.METRICS_TOKEN = TOKEN
    return Client(raise_request_exception=False)


def assert_marked(answer, status):
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert all(f"{feature}=()" in answer["Permissions-Policy"] for feature in OFF)
    assert policy_of(answer) == STRICT
    assert "Access-Control-Allow-Origin" not in answer
    assert b"ZeroDivisionError" not in answer.content
    if len(answer.content):
        kind = answer["Content-Type"]
        assert re.fullmatch(r"(text/.*|application/xml);.* ?charset=utf-8|application/(.*\+)?json", kind)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/fails/", 500),
        ("/api/v1/fails/", 500),
        ("/forbids/", 409),
        ("/api/v1/forbids/", 409),
        ("/nothing/", 404),
        ("/metrics", 404),
        ("/robots.txt", 200),
        ("/sitemap.xml", 200),
        ("/.well-known/security.txt", 200),
        ("/site.webmanifest", 200),
    ],
)
def test_what_is_asked_for(client, address, status):
    assert_marked(client.get(address, secure=True), status)


def test_what_is_refused_at_the_door(client, settings):
    careful = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert_marked(careful.post("/accounts/login/", {"login": "a"}, secure=True), 403)
    assert_marked(client.get("/ours/", secure=True, **ELSEWHERE), 400)
    assert_marked(client.get("/api/v1/projects/", secure=True, **ELSEWHERE), 400)
    assert_marked(client.post("/webhooks/stripe/v2/", b"{}", "application/json", secure=True), 400)
    assert_marked(client.post("/webhooks/stripe/v2/", bytes(300_000), "application/json", secure=True), 413)
    client.force_login(cast.a_student())
    assert_marked(client.post("/accounts/letters/", {"money": "never"}, secure=True), 422)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert_marked(client.post("/accounts/letters/", {"words": "x" * 99}, secure=True), 400)
    too_large = {"data": {"name": "x" * 99}, "content_type": "application/json", "secure": True}
    assert_marked(client.patch("/api/v1/me/", **too_large), 413)


def test_what_comes_too_often(client, settings):
    settings.API_ADDRESS_A_MINUTE = 0
    assert_marked(client.get("/api/v1/projects/", secure=True), 429)
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.post("/accounts/login/", {}, secure=True)
    assert_marked(client.post("/accounts/login/", {}, secure=True), 429)


def test_what_is_not_there_now_and_what_only_operators_see(client, settings):
    assert_marked(client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, secure=True), 200)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert_marked(client.get("/readyz", secure=True), 503)


def test_the_way_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/projects/?q=a")
    assert answer["Location"] == "https://testserver/projects/?q=a"
    answer.headers["Strict-Transport-Security"] = (
        "max-age=63072000; includeSubDomains; preload"  # only over TLS
    )
    assert_marked(answer, 301)


class TestTheProxy:
    """What it answers itself the site never sees."""

    @pytest.fixture
    def blocks(self):
        """Each block of the file that answers, by its first line."""
        text = (CHECKOUT / "Caddyfile").read_text()
        found = re.findall(
            r"^\t?((?:handle|handle_path|handle_errors|\(marked\))[^{\n]*) \{\n(.*?)^\t?\}",
            text,
            re.MULTILINE | re.DOTALL,
        )
        return dict(found)

    def test_marks_it_the_same(self, blocks):
        marks = dict(re.findall(r"^\t\t([A-Z][\w-]+) \"?(.*?)\"?$", blocks.pop("(marked)"), re.MULTILINE))
        assert {name: marks[name] for name in ALWAYS} == ALWAYS
        assert marks["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
        assert "frame-ancestors 'none'" in marks["Content-Security-Policy"]
        answers = {name for name, block in blocks.items() if "reverse_proxy" not in block}
        assert answers == {"handle @trace", "handle /metrics", "handle_errors", "handle_path /static/*"}
        assert [name for name in answers if "import marked" not in blocks[name]] == []

    def test_lists_no_folder_and_answers_no_trace(self, blocks):
        assert "browse" not in blocks["handle_path /static/*"]
        assert "respond 405" in blocks["handle @trace"]
        assert "respond 404" in blocks["handle /metrics"]
