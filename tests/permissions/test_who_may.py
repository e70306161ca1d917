"""Every address, asked by everybody: `addresses.txt` says what each is answered."""

from contextlib import nullcontext

import pytest

from tests.databases import rolled_back
from tests.deep import in_turn
from tests.permissions import typed
from tests.permissions.addresses import (
    ADMIN,
    TABLE,
    Line,
    is_of_one_table,
    lines,
    routes,
    tables,
    tables_of_the_admin,
)
from tests.permissions.asking import asked_by
from tests.permissions.leaving import assert_leaves_where_it_must

PARTS = ("accounts", "admin", "api", "applications", "engagements", "projects")
REDIRECTS = {
    "login": "/accounts/login/?next=",
    "signup": "/accounts/signup/?next=",
    "admin": "/admin/login/?next=",
}


def test_the_table_names_every_address_of_the_site_and_no_other(world):
    listed = {line.route for line in lines()}
    real = {route for route in routes() if not is_of_one_table(route)}
    assert real - listed == set(), f"new: say in {TABLE.name} who may see and do what there"
    assert listed - real == set(), "gone"


@pytest.mark.parametrize("part", [*PARTS, ""])
def test_everybody_is_answered_as_the_table_says(world, part):
    chosen = [line for line in lines() if part_of(line) == part and not line.asks_stripe]
    wrong = [fault for line in chosen for fault in faults(world, line)]
    assert chosen
    assert not wrong, "\n" + "\n".join(wrong)


def test_so_it_is_where_stripe_is_asked(copied):
    wrong = []
    for line in lines():
        if line.asks_stripe:
            with copied() as world:
                wrong += faults(world, line)
    assert not wrong, "\n" + "\n".join(wrong)


def test_each_table_of_the_administration_opens_to_whom_it_says(world):
    listed = {line.table: line for line in tables()}
    assert set(listed) == set(tables_of_the_admin()), f"say in {ADMIN.name} who may see it"
    wrong = [fault for line in listed.values() for fault in admin_faults(world, line)]
    assert not wrong, "\n" + "\n".join(wrong)


def admin_faults(world, line):
    """People of the site are led to the log-in of staff; staff and a superuser get what the line says."""
    for page, address in line.addresses(world.things).items():
        for who in in_turn(("visitor", "student", "employer"), len(address)):
            if (found := told_in(world.ask(who, "GET", address))) != "admin":
                yield f"{address} as {who}: {found}"
        for who in ("moderator", "root"):
            answer = world.ask(who, "GET", address)
            found = told_in(answer)
            if found != line.told[who][page]:
                yield f"{address} as {who}: {found} instead of {line.told[who][page]}"
            if found == "200":
                assert_leaves_where_it_must(answer, address)


def part_of(line: Line) -> str:
    start = line.route.partition("/")[0]
    return start if start in PARTS else ""


def faults(world, line: Line):
    """Each answer that is another than the table's."""
    if line.route.startswith(("accounts/", "mail/")):
        world.forget()
    address, getting, posting = line.address(world.things), who_gets(line), who_posts(line)
    if line.method:
        yield from faults_of_method(world, line, address)
        return
    for who, told in line.told.items():
        get, _, post = told.partition("/")
        if who in getting:
            yield from faults_of_page(world, line, address, who, get)
        if who in posting:
            found = asked(world, line, who, "POST", address)
            if found not in ([post] if post else {"405"} | ({get} - {"200"})):
                yield f"POST {line.route} ({line.thing}) as {who}: {found} instead of {post or 'taking none'}"


def faults_of_page(world, line: Line, address, who, told):
    answer = world.ask(who, "GET", address)
    found = told_in(answer)
    if found != told:
        yield f"GET  {line.route} ({line.thing}) as {who}: {found} instead of {told}"
    if found == "200" and not address.startswith("/api/v1/"):
        assert_leaves_where_it_must(answer, address)


def faults_of_method(world, line: Line, address):
    for who, told in line.told.items():
        found = asked(world, line, who, line.method, address)
        if found != told:
            yield f"{line.method} {line.route} ({line.thing}) as {who}: {found} instead of {told}"


def who_gets(line: Line):
    """Everybody; where nobody may, a visitor and whoever gets furthest: the view refuses the method to all."""
    refused = {told.partition("/")[0] for told in line.told.values()} <= {"405", "login"}
    return {"visitor", asked_by(line, "POST")} if refused else line.told.keys()


def who_posts(line: Line):
    """The same."""
    takes_it = any("/" in told for told in line.told.values())
    return line.told.keys() if takes_it else {"visitor", asked_by(line)}


def asked(world, line, who, method, address):
    with nullcontext() if line.asks_stripe else rolled_back():
        return told_in(world.ask(who, method, address, **typed.data(line, world.things)))


def told_in(answer):
    """As the table writes it."""
    for name, start in REDIRECTS.items():
        if answer.status_code == 302 and answer["Location"].startswith(start):
            return name
    return str(answer.status_code)
