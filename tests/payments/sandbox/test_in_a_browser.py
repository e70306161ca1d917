"""The same pages in a real browser: accessible, narrow, and leading back across origins under their policy."""

import threading

import pytest
from werkzeug.serving import make_server

from payments.sandbox.app import create_app
from tests.browsing import Watch, assert_accessible, assert_fits
from tests.deep import spread
from tests.payments.sandbox.conftest import Mailbox, World, client_of


@pytest.fixture
def served():
    """A stand-in on a port; the site that people come from is the same port under another name."""
    app = create_app(":memory:", send=Mailbox())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    world = World(app, client_of(app), Mailbox())
    world.here = f"http://127.0.0.1:{server.server_port}"
    world.site = f"http://localhost:{server.server_port}"
    yield world
    server.shutdown()
    server.server_close()
    app.sandbox.store.close()


@pytest.fixture
def visitor(browser, served):
    watch = Watch(served.here, served.site)
    context = browser.new_context()
    context.set_default_timeout(15_000)
    watch.follow(context)
    yield context.new_page()
    context.close()
    assert watch.complaints == []


def path_of(url):
    return url.removeprefix("http://sandbox.test")


def look(page):
    assert_accessible(page)
    assert_fits(page)


def test_a_card_is_declined_then_asked_about_then_taken(served, visitor):
    back = f"{served.site}/assets/icon.svg?s="
    session = served.session(success_url=back + "{CHECKOUT_SESSION_ID}", cancel_url=f"{served.site}/left")
    visitor.goto(served.here + path_of(session.url))
    look(visitor)
    visitor.get_by_role("button", name="Reserve $330.00").click()
    assert visitor.get_by_role("alert").get_by_role("link").count() == 4
    look(visitor)
    fill(visitor, "4000000000009995")
    assert "insufficient funds" in visitor.get_by_role("alert").inner_text()
    look(visitor)
    fill(visitor, "4000 0025 0000 3155")
    look(visitor)
    visitor.get_by_role("button", name="Yes, confirm the payment").click()
    visitor.wait_for_url(back + session.id)


def fill(page, number):
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/40")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on the card").fill("Ada")
    page.get_by_role("button", name="Reserve $330.00").click()


def test_a_payee_sets_up_and_sees_the_balance(served, visitor):
    account = served.account(ready=False).id
    onboarding = {"refresh_url": f"{served.site}/again", "return_url": f"{served.site}/assets/icon.svg"}
    link = served.client.v2.core.account_links.create(
        {"account": account, "use_case": {"type": "account_onboarding", "account_onboarding": onboarding}}
    )
    visitor.goto(served.here + path_of(link.url))
    look(visitor)
    visitor.get_by_role("button", name="Finish set-up").click()
    visitor.wait_for_url(onboarding["return_url"])
    assert served.status_of(account) == "active"
    served.transfer(30000, to=account, charge=served.captured().latest_charge.id)
    served.control.advance(days=10)
    visitor.goto(served.here + path_of(served.client.v1.accounts.login_links.create(account).url))
    assert visitor.get_by_text("$300.00").is_visible()
    look(visitor)


def test_a_page_that_has_expired_is_a_page_too(served, visitor):
    session = served.session()
    served.control.advance(days=2)
    visitor.goto(served.here + path_of(session.url))
    look(visitor)


def test_the_console_can_be_read_and_used_by_anybody(served, visitor):
    charge = served.captured().latest_charge.id
    served.control.dispute(charge)
    served.control.break_("hang:3", path="/v1/transfers")
    places = [*("faults", f"objects/{charge}", "", "webhooks", "books", "events", "objects", "requests")]
    for place in spread(places, over=2):
        visitor.goto(f"{served.here}/control/{place}")
        look(visitor)
    visitor.goto(f"{served.here}/control/")
    visitor.get_by_label("Days", exact=True).fill("2")
    visitor.get_by_role("button", name="Let the time pass").click()
    assert visitor.get_by_role("status").inner_text().endswith("Time has gone on.")
