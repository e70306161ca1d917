"""The pages people see: cards that pay, ask or fail, set-up links, the Express dashboard."""

import pytest
from werkzeug.test import Client

GOOD = {"number": "4242 4242 4242 4242", "expiry": "12/34", "code": "123", "name": "Ada"}


@pytest.fixture
def person(world):
    return Client(world.app)


def path_of(url):
    return url.removeprefix("http://sandbox.test")


def setup_link(world, account):
    onboarding = {"refresh_url": "http://site.test/again", "return_url": "http://site.test/back"}
    return world.client.v2.core.account_links.create(
        {"account": account, "use_case": {"type": "account_onboarding", "account_onboarding": onboarding}}
    ).url


def test_the_card_page_says_what_it_is_and_keeps_to_itself(world, person):
    answer = person.get(path_of(world.session().url))
    assert answer.status_code == 200
    assert "Reserve $330.00" in answer.text
    assert "Test page." in answer.text
    assert "http://site.test/left" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("form-action 'self' http://site.test")
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def test_a_good_card_leads_back_to_the_site(world, person):
    session = world.session()
    answer = person.post(path_of(session.url), data=GOOD)
    assert (answer.status_code, answer.location) == (303, f"http://site.test/done?s={session.id}")
    assert world.client.v1.checkout.sessions.retrieve(session.id).status == "complete"
    again = person.post(path_of(session.url), data=GOOD)
    assert again.location == answer.location
    assert person.get(path_of(session.url)).location == answer.location
    assert len(world.client.v1.payment_intents.list().data) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "4242"}, "Enter the whole card number."),
        ({"number": "4111 1111 1111 1111"}, "Only test cards work here."),
        ({"expiry": "13/34"}, "Enter the expiry date"),
        ({"expiry": "01/20"}, "This card has expired."),
        ({"code": "1"}, "Enter the 3 or 4 digits"),
        ({"name": " "}, "Enter the name on the card."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(world, person, typed, sentence):
    answer = person.post(path_of(world.session().url), data=GOOD | typed)
    assert answer.status_code == 200
    assert answer.text.count(sentence) == 2  # in the summary and beside the field
    assert 'aria-invalid="true"' in answer.text
    assert world.client.v1.payment_intents.list().data == []


def test_a_declined_card_keeps_its_message_and_lets_another_try(world, person):
    url = path_of(world.session().url)
    answer = person.post(url, data=GOOD | {"number": "4000 0000 0000 9995"})
    assert "Your card has insufficient funds." in answer.text
    assert "Your card has insufficient funds." in person.get(url).text
    assert person.post(url, data=GOOD).status_code == 303


def test_a_card_that_asks_leads_to_the_bank_and_back(world, person):
    session = world.session()
    url = path_of(session.url)
    asked = person.post(url, data=GOOD | {"number": "4000 0025 0000 3155"})
    assert (asked.status_code, asked.location) == (303, f"{url}/confirm")
    assert "Confirm with your bank" in person.get(asked.location).text
    refused = person.post(asked.location, data={"answer": "no"})
    assert refused.location == url
    assert "could not confirm" in person.get(url).text
    person.post(url, data=GOOD | {"number": "4000 0025 0000 3155"})
    agreed = person.post(f"{url}/confirm", data={"answer": "yes"})
    assert agreed.location == f"http://site.test/done?s={session.id}"
    assert person.get(f"{url}/confirm").location == agreed.location


def test_nobody_is_asked_to_confirm_what_was_never_typed(world, person):
    session = world.session()
    answer = person.post(f"/c/pay/{session.id}/confirm", data={"answer": "yes"})
    assert answer.location == f"/c/pay/{session.id}"
    assert world.client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_page_that_has_expired_says_so(world, person):
    session = world.session()
    world.control.advance(days=1)
    for answer in (person.get(path_of(session.url)), person.post(path_of(session.url), data=GOOD)):
        assert answer.status_code == 410
        assert "Nothing was charged." in answer.text
        assert "http://site.test/left" in answer.text


def test_an_address_nobody_gave_out_leads_nowhere(world, person):
    account = world.account().id
    for path in (
        "/c/pay/cs_test_x",
        f"/setup/{account}/x",
        f"/setup/{account}/page/x",
        f"/express/{account}/x",
    ):
        answer = person.get(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text


@pytest.mark.parametrize(
    ("outcome", "status"), [("active", "active"), ("later", "pending"), ("fails", "restricted")]
)
def test_set_up_is_finished_on_a_page(world, person, outcome, status):
    account = world.account(ready=False).id
    page = person.get(path_of(setup_link(world, account))).location
    assert "Maya" in person.get(page).text
    answer = person.post(page, data={"name": "Maya", "outcome": outcome, "then": "finish"})
    assert (answer.status_code, answer.location) == (303, "http://site.test/back")
    assert world.status_of(account) == status
    assert world.client.v2.core.events.list().data[0].type == "v2.core.account_link.returned"


def test_set_up_can_be_left(world, person):
    account = world.account(ready=False).id
    page = person.get(path_of(setup_link(world, account))).location
    assert person.post(page, data={"then": "leave"}).location == "http://site.test/back"
    assert world.status_of(account) == "pending"


def test_set_up_wants_a_name(world, person):
    account = world.account(ready=False).id
    page = person.get(path_of(setup_link(world, account))).location
    assert "Enter the name that is on your identity" in person.post(page, data={"name": ""}).text
    refused = person.post(page, data={"name": "Kim Ray", "bank": "mine"}).text
    assert "Enter the number of a bank account." in refused
    assert 'value="Kim Ray"' in refused
    assert world.status_of(account) == "pending"


def test_a_set_up_link_works_once_and_not_for_long(world, person):
    account = world.account(ready=False).id
    link = path_of(setup_link(world, account))
    page = person.get(link).location
    assert person.get(link).location == "http://site.test/again"
    late = path_of(setup_link(world, account))
    world.control.advance(minutes=10)
    assert person.get(late).location == "http://site.test/again"
    assert person.get(page).status_code == 200
    world.control.advance(hours=1)
    assert person.get(page).status_code == 410


def test_a_set_up_page_is_for_its_own_account(world, person):
    one, other = world.account(ready=False).id, world.account(ready=False).id
    page = person.get(path_of(setup_link(world, one))).location
    assert person.get(page.replace(one, other)).status_code == 410
    assert person.get(path_of(setup_link(world, one)).replace(one, other)).status_code == 404


def test_the_dashboard_shows_balance_and_payouts(world, person):
    student = world.account().id
    world.transfer(30000, to=student, charge=world.captured().latest_charge.id)
    shown = person.get(path_of(world.client.v1.accounts.login_links.create(student).url)).text
    assert "$300.00" in shown
    assert "None yet" in shown
    world.control.advance(days=4)
    url = path_of(world.client.v1.accounts.login_links.create(student).url)
    shown = person.get(url).text
    assert "Paid" in shown
    assert "2026-11-06" in shown
    world.control.advance(minutes=5)
    assert person.get(url).status_code == 410


def test_the_control_answers_over_http(world, person):
    session = world.session()

    def act(name, **arguments):
        return person.post(f"/_sandbox/{name}", json=arguments)

    assert act("pay", session=session.id).json["result"]["status"] == "complete"
    assert act("pay", session=session.id).status_code == 409
    assert act("pay", session="cs_nothing").status_code == 404
    assert act("advance", days=1).json["result"] == world.app.sandbox.clock.now()
    assert act("advance", days=-1).status_code == 400
    assert act("advance", years=1).status_code == 400
    assert act("faults", kind="429").json["result"] == 1
    assert person.get("/_sandbox/faults").json["result"][0]["kind"] == "429"
    assert act("mend").status_code == 200
    assert act("seed", float_cents=500).status_code == 200
    assert person.get("/_sandbox/books").json["result"] == {"platform": {"usd": 500}}
    assert person.get("/_sandbox/report").json["result"]["adds_up"]
    assert len(person.get("/_sandbox/log?limit=1").json["result"]) == 1
    account = world.account(ready=False).id
    assert act("onboard", account=account).status_code == 200
    assert act(f"capability/{account}", status="restricted").status_code == 200
    assert world.status_of(account) == "restricted"
    assert act("deliver").json["result"][0]["status"] == 200
    assert person.get("/_sandbox/deliveries").json["result"][0]["tries"]
    assert act("reset").status_code == 200
    assert act("nonsense").status_code == 404


def test_a_form_of_another_site_cannot_command_it(world, person):
    assert person.post("/_sandbox/reset", data={"a": "b"}).status_code == 415
    assert person.post("/_sandbox/reset", data="[]", content_type="application/json").status_code == 400
