"""Payees: recipients of the v2 API, their links, their capability."""

import pytest
import stripe

from tests.payments.sandbox.conftest import START


def test_a_new_recipient_is_pending_and_says_what_is_missing(world):
    account = world.account(ready=False)
    capability = account.configuration.recipient.capabilities.stripe_balance.stripe_transfers
    assert capability.status == "pending"
    assert [d.resolution for d in capability.status_details] == ["provide_info"]
    assert {e.minimum_deadline.status for e in account.requirements.entries} == {"currently_due"}
    assert account.identity is None  # not asked for
    again = world.client.v2.core.accounts.retrieve(account.id, {"include": ["identity", "defaults"]})
    assert again.identity.country == "us"
    assert again.defaults.responsibilities.losses_collector == "application"
    assert again.configuration is None


def test_set_up_makes_it_active_at_once_or_a_day_later(world):
    first, second = world.account(ready=False).id, world.account(ready=False).id
    world.control.onboard(first)
    world.control.onboard(second, "later")
    assert (world.status_of(first), world.status_of(second)) == ("active", "pending")
    world.control.advance(hours=23)
    assert world.status_of(second) == "pending"
    world.control.advance(hours=1)
    assert world.status_of(second) == "active"
    v1 = world.client.v1.accounts.retrieve(second)
    assert (v1.capabilities.transfers, v1.payouts_enabled) == ("active", True)


def test_a_capability_can_be_taken_away(world):
    account = world.account().id
    world.control.capability(account, "restricted", "requirements_past_due")
    assert world.status_of(account) == "restricted"
    with pytest.raises(ValueError, match="none of"):
        world.control.capability(account, "asleep")


def test_a_link_lives_ten_minutes(world):
    account = world.account(ready=False).id
    onboarding = {"refresh_url": "http://site.test/again", "return_url": "http://site.test/back"}
    link = world.client.v2.core.account_links.create(
        {"account": account, "use_case": {"type": "account_onboarding", "account_onboarding": onboarding}}
    )
    assert link.url.startswith(f"http://sandbox.test/setup/{account}/")
    assert link.expires_at == "2026-11-02T12:10:00.000Z"
    assert link.use_case.account_onboarding.return_url == "http://site.test/back"


def test_thin_events_name_the_account_and_can_be_fetched_whole(world):
    account = world.account().id
    listed = world.client.v2.core.events.list({"object_id": account})
    assert [e.type for e in listed.data] == [
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account[requirements].updated",
        "v2.core.account.created",
    ]
    event = world.client.v2.core.events.retrieve(listed.data[0].id)
    assert event.related_object.id == account
    assert event.data.updated_capability == "stripe_balance.stripe_transfers"
    assert event.fetch_related_object().id == account
    assert listed.data[2].reason.request.idempotency_key


def test_thin_events_are_paged_and_filtered(world):
    for _ in range(3):
        world.account()
    every = world.client.v2.core.events.list({"limit": 4})
    assert len(list(every.auto_paging_iter())) == 9
    created = {"types": ["v2.core.account.created"], "limit": 2}
    assert len(list(world.client.v2.core.events.list(created).auto_paging_iter())) == 3
    assert world.client.v2.core.events.list({"created": {"gt": "2026-11-02T12:00:00Z"}}).data == []
    assert len(world.client.v2.core.events.list({"created": {"lt": "2026-11-02T12:00:01Z"}}).data) == 9


def test_only_recipients_that_ask_for_transfers_are_known(world):
    with pytest.raises(stripe.InvalidRequestError):
        world.account(configuration={"merchant": {}})


def test_the_dashboard_link_is_for_express_accounts(world):
    link = world.client.v1.accounts.login_links.create(world.account().id)
    assert link.created == START
    with pytest.raises(stripe.InvalidRequestError):
        world.client.v1.accounts.login_links.create(world.account(dashboard="none").id)


def test_an_account_is_changed_and_closed_once_it_is_empty(make_world):
    world = make_world(float_cents=10_000)
    accounts = world.client.v2.core.accounts
    student = world.account().id
    changed = accounts.update(student, {"display_name": "Maya B.", "metadata": {"a": "b"}})
    assert (changed.display_name, changed.metadata["a"]) == ("Maya B.", "b")
    world.transfer(100, to=student)
    with pytest.raises(stripe.InvalidRequestError, match="not zero"):
        accounts.close(student)
    world.control.advance(days=2)
    assert accounts.close(student).closed
    assert world.status_of(student) == "unsupported"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.transfer(100, to=student)
    assert refused.value.code == "account_invalid"
    with pytest.raises(stripe.InvalidRequestError, match="closed already"):
        accounts.close(student)
    types = [e.type for e in world.client.v2.core.events.list().data]
    assert types[:2] == [
        "v2.core.account.closed",
        "v2.core.account[configuration.recipient].capability_status_updated",
    ]
    assert "v2.core.account.updated" in types


def test_events_are_listed_for_thirty_days(world):
    world.captured()
    world.control.advance(days=31)
    assert {e.type for e in world.client.v1.events.list().data} == {"balance.available"}
    world.control.advance(days=30)
    assert world.client.v1.events.list().data == []


def test_a_document_that_cannot_be_read_is_asked_for_again(world):
    account = world.account(ready=False).id
    world.control.onboard(account, "fails")
    shown = world.client.v2.core.accounts.retrieve(account, {"include": ["requirements"]})
    (entry,) = shown.requirements.entries
    assert (entry.awaiting_action_from, entry.errors[0].code) == (
        "user",
        "verification_document_not_readable",
    )
    assert world.status_of(account) == "restricted"
    world.control.onboard(account)
    assert world.status_of(account) == "active"
    with pytest.raises(ValueError, match="none of"):
        world.control.onboard(account, "perhaps")


def banks_of(world, account):
    return world.client.v1.accounts.external_accounts.list(account).data


def test_one_bank_account_has_one_fingerprint_whoever_gives_it(world):
    one, two, three = (world.account(ready=False).id for _ in range(3))
    assert banks_of(world, one) == []
    world.control.onboard(one)
    world.control.onboard(two, bank="DE 12 3456 7890")
    world.control.onboard(three, bank="1234567890")
    mine, theirs, other = (banks_of(world, account)[0] for account in (one, two, three))
    assert theirs.fingerprint != mine.fingerprint
    assert (theirs.last4, other.last4) == ("7890", "7890")
    assert "1234567890" not in str(other)
    world.control.bank(one, number="1234567890")
    (changed,) = banks_of(world, one)
    assert changed.id != mine.id
    assert changed.fingerprint == other.fingerprint
    world.control.bank(one, number="12-34-56-78-90")  # the same once more: nothing happens
    assert banks_of(world, one)[0].id == changed.id
    with pytest.raises(ValueError, match="number of a bank account"):
        world.control.bank(one, number="none")
    with pytest.raises(stripe.InvalidRequestError):
        banks_of(world, "acct_of_nobody")


def test_its_events_are_its_own_and_out_of_reach_once_it_cuts_us_off(world):
    """Listed in its name alone; then everything that names it is refused, and money for it is not taken."""
    student = world.account(ready=False).id
    world.control.onboard(student, "later")
    theirs = {"stripe_account": student}
    told = ["account.external_account.created"]
    assert [e.type for e in world.client.v1.events.list({}, theirs).data] == told
    assert told[0] not in [e.type for e in world.client.v1.events.list().data]
    world.control.deauthorise(student)
    assert world.control.deliveries(limit=1)[0]["type"] == "account.application.deauthorized"
    v1, v2 = world.client.v1, world.client.v2
    for ask in (
        lambda: v1.events.list({}, theirs),
        lambda: v2.core.accounts.retrieve(student),
        lambda: v1.accounts.external_accounts.list(student),
    ):
        with pytest.raises(stripe.PermissionError, match="may have been revoked") as refused:
            ask()
        assert refused.value.http_status == 403
        assert refused.value.json_body["error"]["code"] == "account_invalid"
    with pytest.raises(stripe.InvalidRequestError, match="No such destination"):
        v1.transfers.create({"amount": 1, "currency": "usd", "destination": student})
    world.control.advance(days=1)  # its documents are looked through all the same
