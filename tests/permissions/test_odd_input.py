"""Whatever somebody sends, it is answered: no address of the table fails on odd input.

Each address is asked by whoever gets furthest there, with every field name that any form of the site has.
Each page takes one of the odd values in every field, each in turn, with GET and with POST, and each name in an address
two of them; in `make deep` pages of ours take them all. The tables of the administration but our own are all one view
of Django's, and take one value in turn.
"""

import re
from collections import Counter, defaultdict
from itertools import chain, product

import pytest
from django import forms
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from tests.deep import in_turn
from tests.permissions.addresses import lines
from tests.permissions.asking import ask, asked_by, how_far, pages_of
from tests.permissions.typed import FORM
from tests.permissions.world import Browser

JSON = "application/json"
VALUES = {  # as they stand in an address
    "a NUL byte": "a%00b",
    "a long and huge number": "9" * 300,
    "a negative number": "-1",
    "signs and broken UTF-8": "%ff%C3%28%ED%A0%80%27%22%3C%25%5C%0D%0A%7B%7B%F0%9F%98%80%E2%80%AE",
    "nothing": "",
    "a number that is none": "NaN",
    "a place before all time": "2.-99999999999999999.999999999999999999",
    "a place after all time": "0.99999999999999999.999999999999999999",
    "the id of nobody": "00000000-0000-0000-0000-000000000000",
}
TYPED = list(VALUES.values())[:4]
BODIES = {
    "plain text": ("version=1", "text/plain"),
    "an unknown encoding": ("version=1", "application/x-www-form-urlencoded; charset=martian"),
    "more fields than anybody has": ("&".join(f"f{n}=1" for n in range(1100)), FORM),
    "parts without their border": ("version=1", "multipart/form-data"),
    "parts that break off": (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a\x00.txt"\r\n\r\nabc',
        "multipart/form-data; boundary=x",
    ),
}
DOCUMENTS = {
    "broken": b'{"motivation": ',
    "of another shape": b'[[1], null, {"answers": {"a": 1}}]',
    "of odd values": b'{"motivation": null, "answers": {"0": "x"}, "version": 1e400}',
    "with a NUL byte": b'{"motivation": "a\\u0000b", "answers": ["a\\u0000", "b"]}',
    "with half a character": b'{"motivation": "\\ud800", "answers": ["\\ud800", "b"]}',
    "of wrong bytes": b'{"motivation": "\xff"}',
    "of great depth": b"[" * 50_000,
    "empty": b"",
}
DOORS = ("/accounts/login/", "/accounts/profile/", "/admin/projects/", "/engagements/", "/webhooks/")
DOORS += ("/api/v1/engagements/", "/api/v1/me/")
HOSTS = (
    "evil.example",
    "testserver:x",
    "[::1",
    "a b",
    "testserver.evil.example",
    "x" * 300,
    "@",
    "%00",
    "",
)
TABLE_OF_DJANGO = re.compile(r"^/admin/(?!projects/)\w+/\w+/(.+/(add|change)/|add/)?$")
ROW_OF_THE_ADMIN = re.compile(r"^/admin/.*/(add|change)/$")
SIGNED = {"/webhooks/": 400, "/letters/stop/": 200}  # by Stripe in the body, by us in the address of a letter
DJANGOS = "/admin/login/"  # leads on who is logged in only when asked with GET
READ_BY_OTHERS = (
    "p",
    "o",
    "e",
    "all",
    "page",
    "state",
    "id__in",
    "is_active__exact",
    "criterion_1",
    "answer_1",
)


class TestInTheAddress:
    """Asked with GET."""

    def test_every_page_takes_every_field_many_times_and_what_reads_it_any_value(self, world):
        """`make test` asks every other page the one, and those between the other."""
        wrong, many = [], query_of("x" * 300) + query_of("1", ending="[]")
        for number, (address, who) in enumerate(pages_of(world)):
            for asks_many in in_turn((True, False), number):
                if asks_many:
                    wrong += failure(world, "GET", address + many, who)
                elif not ROW_OF_THE_ADMIN.search(address):
                    for value in some(list(VALUES.values()), address, number // 2):
                        wrong += failure(world, "GET", address + query_of(value), who)
        assert wrong == []

    def test_names_of_things_may_be_anything(self, world):
        """Of names that no route takes, which are one answer, as many are asked as reach a page of ours."""
        wrong = []
        names = [("%00", "9" * 30), ("%ff", "a" * 3000), ("-1", "%F0%9F%98%80")]
        unknown = Counter()
        for number, line in enumerate(line for line in line_of_each_route() if "<" in line.route):
            for name in chain.from_iterable(in_turn(names, number)):
                address = line.address({line.thing: defaultdict(lambda name=name: name)})
                unknown[name] += not has_a_route(address)
                if unknown[name] <= 3 or has_a_route(address):
                    wrong += failure(world, "GET", address, asked_by(line))
        assert wrong == []

    def test_no_host_but_ours_is_answered(self, world, settings):
        settings.ALLOWED_HOSTS = ["testserver"]
        for host, address in product(
            HOSTS, ("/", "/projects/", "/accounts/password/reset/", "/api/v1/projects/")
        ):
            answer = world.ask("visitor", "GET", address, HTTP_HOST=host)
            assert answer.status_code == 400, (host, address)
            assert b"Traceback" not in answer.getvalue()


class TestInTheBody:
    """Asked with POST."""

    @pytest.mark.parametrize("part", ["/admin/", "/"])
    def test_forms_take_any_value_and_an_empty_body(self, world, part):
        wrong, bodies = [], [query_of(value)[1:] for value in TYPED] + [""]
        for number, (address, who) in enumerate(pages_of(world, "POST")):
            if address.startswith("/admin/") == (part == "/admin/"):
                for body in some(bodies, address, number):
                    wrong += failure(world, "POST", address, who, data=body, content_type=FORM)
        assert wrong == []

    def test_doors_take_any_body(self, world):
        doors = [found for found in pages_of(world, "POST") if found[0].startswith(DOORS)]
        wrong = []
        for number, (address, who) in enumerate(doors):
            for data, kind in in_turn(list(BODIES.values()), number):
                wrong += failure(world, "POST", address, who, data=data, content_type=kind)
        assert len(doors) > 4 * len(BODIES)
        assert wrong == []

    def test_the_api_takes_any_document(self, world):
        """One in turn at each door; what fits the description, and what almost does, is `test_fuzzing`'s."""
        doors = [(address, who) for address, who in pages_of(world, "POST") if address.startswith("/api/")]
        sent, wrong = list(product(DOCUMENTS.values(), (JSON, FORM, ""))), []
        for number, (address, who) in enumerate(doors):
            for document, kind in in_turn(sent, number):
                wrong += failure(world, "POST", address, who, data=document, content_type=kind)
        assert len(doors) > len(sent)
        assert wrong == []

    def test_nothing_is_done_without_the_token_of_the_form(self, world):
        strict = Browser(enforce_csrf_checks=True, raise_request_exception=False)
        for address, who in pages_of(world, "POST"):
            answer = ask(world, who, "POST", address, browser=strict, data={"version": 1})
            assert answer.status_code == next(
                (status for start, status in SIGNED.items() if address.startswith(start)), 403
            ), address


class TestMethods:
    def test_head_is_answered_like_get_and_put_is_refused(self, world):
        """`make test` asks each address for one of the two."""
        wrong = []
        world.forget()
        for number, line in enumerate(line_of_each_route()):
            who, address = asked_by(line), line.address(world.things)
            for method in in_turn(["HEAD", "PUT"], number):
                answer, get = ask(world, who, method, address), line.told[who].partition("/")[0]
                wrong += fault_in(answer, f"{method} {address} as {who}")
                if (
                    method == "HEAD"
                    and get.isdecimal()
                    and answer.status_code != int(get)
                    and address != DJANGOS
                ):
                    wrong.append((address, answer.status_code))
        assert wrong == []

    @pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PATCH", "TRACE", "PROPFIND", "G\u00cbT"])
    def test_others_are_answered_everywhere(self, world, method):
        some = ("/", "/projects/", "/money/", "/api/v1/projects/", "/accounts/login/", "/admin/", "/nothing/")
        assert [fault for address in some for fault in failure(world, method, address, "moderator")] == []


def test_none_of_it_fails_where_stripe_is_asked(copied):
    sent = [*((query_of(value)[1:], FORM) for value in TYPED), *BODIES.values()]
    with copied() as world:
        wrong = failures(world, "GET", stripe=True, query=query_of("9" * 300))
        for number, (address, who) in enumerate(pages_of(world, "POST", stripe=True)):
            for data, kind in in_turn(sent, number):
                wrong += failure(world, "POST", address, who, stripe=True, data=data, content_type=kind)
    assert wrong == []


# Who asks what


def field_names():
    """Of every form of ours and of the log-in, and what lists of the administration read."""
    return sorted(
        {*READ_BY_OTHERS, *(name for form in kinds_of(forms.BaseForm) for name in form.base_fields)}
    )


def kinds_of(form):
    for kind in form.__subclasses__():
        if hasattr(kind, "base_fields"):
            yield kind
        yield from kinds_of(kind)


def query_of(value, *, ending=""):
    """`value` in every field, twice; as a query, or without its first sign as the body of a form."""
    return "?" + "&".join(f"{name}{ending}={value}" for name in field_names() for _ in "ab")


def failures(world, method, *, stripe=False, only="/", query="", **sent):
    """Every answer that says we failed."""
    wrong = []
    for address, who in pages_of(world, method, stripe=stripe):
        if address.startswith(only):
            wrong += failure(world, method, address + query, who, stripe=stripe, **sent)
    return wrong


def failure(world, method, address, who, *, stripe=False, **sent):
    answer = ask(world, who, method, address, stripe=stripe, **sent)
    return fault_in(answer, f"{method} {address[:150]} as {who}")


def fault_in(answer, asked):
    failed = answer.status_code >= 500 or (not answer.streaming and b"Traceback" in answer.content)
    return [f"{asked}: {answer.status_code}"] if failed else []


def some(values, address, number):
    """The one whose turn it is, or all of them, but of a table that is Django's always the one."""
    return [values[number % len(values)]] if TABLE_OF_DJANGO.match(address) else in_turn(values, number)


def line_of_each_route():
    """The one where somebody gets furthest; none that may ask Stripe."""
    found = sorted(lines(), key=lambda line: how_far(line, "GET"), reverse=True)
    return {line.route: line for line in found if not (line.asks_stripe or line.method)}.values()


def has_a_route(address):
    try:
        return bool(resolve(RequestFactory().get(address).path_info))
    except Resolver404:
        return False
