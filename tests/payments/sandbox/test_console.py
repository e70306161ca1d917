"""The console: a developer sees everything, and every act works by a plain form."""

import re

import pytest
from werkzeug.test import Client

PAGES = ("", "objects", "events", "webhooks", "books", "faults", "requests")


class Developer:
    """Reads pages and sends their forms, as they stand there."""

    def __init__(self, world):
        self.world = world
        self.web = Client(world.app)

    def get(self, path=""):
        answer = self.web.get(f"/control/{path}")
        assert answer.status_code == 200, answer.text[:500]
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert "<script" not in answer.text
        assert " style=" not in answer.text
        return answer.text

    def send(self, path, act, /, **typed):
        """The answer to a form of that page, with what its fields hold and what is typed."""
        form = re.search(rf'<form[^>]*id="form-{act}".*?</form>', self.get(path), re.DOTALL)[0]
        fields = dict(re.findall(r'<input[^>]*?name="(\w+)" value="([^"]*)"', form))
        for name, inside in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
            options = re.findall(r'<option value="([^"]*)"( selected)?', inside)
            fields[name] = next((v for v, chosen in options if chosen), options[0][0])
        ticks = re.findall(r'type="checkbox" name="(\w+)" value="yes"( checked)?', form)
        fields = {n: v for n, v in fields.items() if n not in dict(ticks)}
        fields |= {name: "yes" for name, ticked in ticks if ticked}
        return self.web.post(f"/control/{path}", data=fields | typed)

    def does(self, path, act, /, **typed):
        answer = self.send(path, act, **typed)
        assert answer.status_code == 303, answer.text[:3000]
        assert 'role="status"' in self.web.get(answer.headers["Location"]).text


@pytest.fixture
def developer(make_world):
    return Developer(make_world(float_cents=100_000))


def test_the_root_leads_to_an_empty_console_that_says_what_to_do(world):
    developer = Developer(world)
    assert developer.web.get("/").headers["Location"] == "/control/"
    for page, said in zip(
        PAGES,
        [
            *("Nothing yet", "nothing of this kind", "Nothing has happened", "Nothing was sent"),
            *("No money has moved", "Nothing is broken", "Nobody has asked"),
        ],
        strict=True,
    ):
        assert said in developer.get(page)


def test_everything_that_is_there_can_be_looked_at(developer):
    world = developer.world
    charge = world.captured().latest_charge.id
    student = world.account().id
    transfer = world.transfer(10000, to=student, charge=charge)
    world.control.dispute(charge, cents=100)
    world.control.deliver()
    for page, said in {
        "": "$984.00",
        "objects": transfer.id,
        "objects?kind=dispute": "needs_response",
        "events": "charge.dispute.funds_withdrawn",
        "webhooks": "arrived",
        "books": "Σ USD = $0.00",
        "requests": "POST /v1/transfers",
        f"objects/{transfer.id}": "transfer.created",
        f"objects/{student}": "Finish the set-up",
    }.items():
        assert said in developer.get(page), page
    shown = developer.get(f"objects/{transfer.id}")
    assert f'href="/control/objects/{charge}"' in shown
    for id_ in re.findall(r"/control/objects/(\w+)", developer.get("objects") + developer.get("events")):
        developer.get(f"objects/{id_}")
    assert developer.web.get("/control/objects/ch_nothing").status_code == 404


def test_every_act_works_by_its_form(developer):
    world, does = developer.world, developer.does
    session = world.session(manual=False).id
    does(f"objects/{session}", "pay")
    intent = world.client.v1.checkout.sessions.retrieve(session).payment_intent
    charge = world.intent(intent).latest_charge.id
    does("", "advance", minutes="1")
    does(f"objects/{charge}", "efw")
    does(f"objects/{charge}", "dispute", amount="130.00", reason="duplicate")
    (dispute,) = world.client.v1.disputes.list().data
    assert (dispute.amount, dispute.reason) == (13000, "duplicate")
    does(f"objects/{dispute.id}", "decide", status="won")
    refund = world.client.v1.refunds.create({"charge": charge, "amount": 5})
    does(f"objects/{refund.id}", "fail_refund")
    assert world.client.v1.refunds.retrieve(refund.id).status == "failed"
    student = world.account(ready=False).id
    does(f"objects/{student}", "onboard")
    assert world.status_of(student) == "active"
    does(f"objects/{student}", "capability", status="restricted")
    assert world.status_of(student) == "restricted"
    does(f"objects/{student}", "bank", refuses="account_closed")
    does(f"objects/{student}", "deauthorise")
    payout = world.client.v1.payouts.create({"amount": 100, "currency": "usd"})
    does(f"objects/{payout.id}", "fail_payout")
    does("", "rules", reserves="yes")
    assert 'name="reserves" value="yes" checked' in developer.get()
    does("", "seed", amount="1,000.50")
    does("webhooks", "mail", twin="yes", duplicate="2", drop="0.5", skew="-400")
    way = world.control.mail()
    assert (way["twin"], way["duplicate"], way["drop"], way["skew"]) == (True, 2, 0.5, -400)
    assert (way["paused"], way["scale"]) == (False, 1.0)
    does("webhooks", "roll", secret="whsec_new")
    does("webhooks", "deliver")
    does("", "deliver")
    does("faults", "break", kind="hang", argument="3", path="/v1/transfers", times="0", probability="0.5")
    (fault,) = world.control.faults()
    assert (fault["kind"], fault["times"], fault["probability"]) == ("hang:3", None, 0.5)
    assert "by chance" in developer.get("faults")
    does("faults", "mend")
    assert world.control.faults() == []
    does("", "reset", sure="yes", days="3")
    assert world.control.report()["charges"] == {}


@pytest.mark.parametrize(
    ("path", "act", "typed", "said"),
    [
        ("", "advance", {"days": "-1"}, "Enter days as a whole number."),
        ("", "advance", {}, "how far time should go"),
        ("", "advance", {"days": "4001"}, "at most 4000 days"),
        ("", "seed", {"amount": "1.005"}, "dollars and cents"),
        ("", "seed", {"amount": "much"}, "dollars and cents"),
        ("", "seed", {}, "Enter an amount."),
        ("", "reset", {}, "Tick that everything may be forgotten."),
        ("webhooks", "roll", {"secret": " "}, "not empty"),
        ("webhooks", "mail", {"drop": "often"}, "Enter drop as a number."),
        ("webhooks", "mail", {"drop": "2"}, "from 0 to 1"),
        ("faults", "break", {"kind": "hang"}, "hang wants a number"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_what_was_typed_stays(world, path, act, typed, said):
    answer = Developer(world).send(path, act, **typed)
    assert answer.status_code == 422
    form = re.search(rf'<form[^>]*id="form-{act}".*?</form>', answer.text, re.DOTALL)[0]
    assert said in form
    for value in typed.values():
        assert f'value="{value}"' in form
    assert 'role="alert"' in answer.text


def test_nobody_else_can_send_a_form(world):
    web = Client(world.app)
    for given in ({}, {"token": "guessed"}):
        assert web.post("/control/", data={"act": "reset", "sure": "yes"} | given).status_code == 403
    assert Developer(world).send("", "seed", act="explode").status_code == 422


def test_a_page_of_objects_leads_to_older_ones(world):
    with world.app.sandbox.turn() as ctx:
        topup = {
            "id": "tu_0",
            "object": "topup",
            "amount": 1,
            "currency": "usd",
            "status": "pending",
            "metadata": {},
        }
        for n in range(51):
            ctx.store.add(topup | {"id": f"tu_{n}"}, account="platform", created=n)
    developer = Developer(world)
    older = re.search(
        r'href="/control/(objects\?kind=topup&amp;before=\d+)"', developer.get("objects?kind=topup")
    )[1]
    assert re.findall(r"<code>(tu_\d+)</code>", developer.get(older.replace("&amp;", "&"))) == ["tu_0"]
