"""What schemathesis makes of the OpenAPI document: every act of the API asked by each kind of person, with documents
that fit its description and others that do not. No answer is a failure, each is one that the description knows.

A few for each act by `make test`, many by `make deep`. What asks Stripe commits, in a copy of the world.
"""

from contextlib import suppress
from http.cookies import SimpleCookie
from itertools import count

import pytest
import schemathesis
from django.conf import settings
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as trying
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from marketplace.site import api_docs
from tests.databases import rolled_back
from tests.deep import DEEP, in_turn
from tests.permissions.addresses import ARGUMENT, lines
from tests.permissions.asking import asked_by

PEOPLE = ("visitor", "student", "another", "employer", "rival", "moderator")
TOKEN = "c" * 32  # of a form: the cookie and the header say the same
EXAMPLES = 12 if DEEP else 1  # of each kind, for each act, thing and person
# Who may what is the table's to say; and what the rules refuse of a document that fits is no fault of either.
OTHERS = (
    *("ignored_auth", "object_level_authorization", "use_after_free", "ensure_resource_availability"),
    "positive_data_acceptance",
)


class Site:
    """The site for schemathesis, asked by one person; what is done is rolled back, unless it `commits`."""

    def __init__(self, world, *, commits=False):
        self.world, self.commits, self.who = world, commits, "visitor"
        self.handler = WSGIHandler()

    def __call__(self, environ, start_response):
        cookies = {settings.CSRF_COOKIE_NAME: TOKEN}
        if self.who in self.world.sessions:
            cookies[settings.SESSION_COOKIE_NAME] = self.world.sessions[self.who]
        environ["HTTP_COOKIE"] = SimpleCookie(cookies).output(header="", sep=";")
        environ["HTTP_X_CSRFTOKEN"] = TOKEN
        del environ["HTTP_ACCEPT_ENCODING"]
        if self.commits:
            return self.answered(environ, start_response)
        with rolled_back():
            return self.answered(environ, start_response)

    def answered(self, environ, start_response):
        signals.request_started.disconnect(close_old_connections)  # as Django's own test client does
        signals.request_finished.disconnect(close_old_connections)
        try:
            answer = self.handler(environ, start_response)
            body = [b"".join(answer)]
            answer.close()
        finally:
            signals.request_started.connect(close_old_connections)
            signals.request_finished.connect(close_old_connections)
        return body


@pytest.fixture(scope="module")
def chosen_checks():
    load_all_checks()
    return [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in OTHERS]


def acts(site, *, stripe):
    """Each act of the API with the thing that it is tried on, by whoever gets furthest with it and by one other."""
    schema = schemathesis.openapi.from_dict(api_docs.document())
    schema.app = site
    found = {}
    for line in lines():
        if line.route.startswith("api/v1/"):
            found.setdefault("/" + ARGUMENT.sub(lambda match: "{" + match[1] + "}", line.route), []).append(
                line
            )
    for path, ways in found.items():
        asks_stripe = any(line.asks_stripe for line in ways)
        for method in api_docs.document()["paths"][path] if asks_stripe == stripe else ():
            yield schema[path][method.upper()], ways


def faults(site, checks, *, stripe):
    """One thing of each act in one of the two modes, by whoever gets furthest, each third by another too.

    In `make deep` all by all.
    """
    turn, wrong = count(), []
    for act, ways in acts(site, stripe=stripe):
        number = next(turn)
        for line in in_turn(list({line.thing: line for line in ways}.values()), number):
            here = site.world.things.get(line.thing, {})
            known = {match[1]: here[match[1]] for match in ARGUMENT.finditer(line.route)}
            furthest, other = asked_by(line, act.method.upper()), PEOPLE[number // 3 % len(PEOPLE)]
            people = PEOPLE if DEEP else sorted({furthest, furthest if number % 3 else other})
            for mode in in_turn(list(GenerationMode), number // 2):
                cases = act.as_strategy(mode, path_parameters=known or None)
                wrong += tried(site, cases, checks, people)
    return wrong


def tried(site, cases, checks, people):
    wrong = []

    @seed(7)
    @trying(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case):
        for who in people:
            site.who = who
            try:
                case.validate_response(case.call(), checks=checks)
            except FailureGroup as found:
                wrong.extend(f"{case.operation.label} as {who}: {one}" for one in found.exceptions)

    with suppress(Unsatisfiable):  # nothing can be wrong with an act that takes nothing
        ask()
    return wrong


def test_the_api_answers_whatever_it_is_sent(world, chosen_checks):
    found = faults(Site(world), chosen_checks, stripe=False)
    assert not found, "\n".join(found)


def test_so_it_does_where_stripe_is_asked(copied, chosen_checks):
    with copied() as world:
        found = faults(Site(world, commits=True), chosen_checks, stripe=True)
        assert not found, "\n".join(found)
