"""A way past every address that is stood in for, by the real SDK; what each kind of object looks like on it."""

import io

EVERY = ["configuration.recipient", "defaults", "identity", "requirements"]


def tour(world):
    """One real answer of each kind, by the kind."""
    found = paid(world) | sent(world) | balanced(world) | told(world)
    return {kind: body.to_dict(for_json=True) for kind, body in found.items()}


def paid(world):
    v1 = world.client.v1
    session = world.session()
    v1.checkout.sessions.list()
    v1.checkout.sessions.expire(world.session().id)
    items = v1.checkout.sessions.line_items.list
    v1.payment_intents.cancel(world.authorised().id)
    v1.payment_intents.list()
    intent = world.captured()
    charge = v1.charges.retrieve(intent.latest_charge.id)
    refund = v1.refunds.create({"charge": charge.id, "amount": 100})
    v1.refunds.list()
    warning = world.control.efw(charge.id)
    v1.radar.early_fraud_warnings.list()
    return {
        "charge": charge,
        "checkout.session": v1.checkout.sessions.retrieve(session.id),
        "dispute": disputed(world),
        "item": items(session.id).data[0],
        "payment_intent": v1.payment_intents.retrieve(intent.id),
        "radar.early_fraud_warning": v1.radar.early_fraud_warnings.retrieve(warning["id"]),
        "refund": v1.refunds.retrieve(refund.id),
        **uploaded(world),
    }


def disputed(world):
    v1 = world.client.v1
    first = world.control.dispute(world.captured().latest_charge.id)["id"]
    second = world.control.dispute(world.captured().latest_charge.id)["id"]
    v1.disputes.close(second)
    v1.disputes.list()
    v1.disputes.update(first, {"evidence": {"uncategorized_text": "It was done."}})
    return v1.disputes.retrieve(first)


def uploaded(world):
    v1 = world.client.v1
    file = io.BytesIO(b"%PDF-1")
    file.name = "talk.pdf"
    made = v1.files.create({"purpose": "dispute_evidence", "file": file})
    v1.files.list()
    return {"file": v1.files.retrieve(made.id)}


def sent(world):
    v1, v2 = world.client.v1, world.client.v2
    student = world.account().id
    transfer = world.transfer(1000, to=student, charge=world.captured().latest_charge.id)
    v1.transfers.update(transfer.id, {"description": "Part 1"})
    v1.transfers.list()
    world.control.advance(days=2)
    reversal = v1.transfers.reversals.create(transfer.id, {"amount": 400})
    v1.transfers.reversals.list(transfer.id)
    onboarding = {"refresh_url": "http://site.test/again", "return_url": "http://site.test/back"}
    use = {"type": "account_onboarding", "account_onboarding": onboarding}
    v2.core.accounts.update(student, {"display_name": "Maya B."})
    v2.core.accounts.close(world.account().id)
    return {
        "account": v1.accounts.retrieve(student),
        "bank_account": v1.accounts.external_accounts.list(student).data[0],
        "login_link": v1.accounts.login_links.create(student),
        "transfer": v1.transfers.retrieve(transfer.id),
        "transfer_reversal": v1.transfers.reversals.retrieve(transfer.id, reversal.id),
        "v2.core.account": v2.core.accounts.retrieve(student, {"include": EVERY}),
        "v2.core.account_link": v2.core.account_links.create({"account": student, "use_case": use}),
    }


def balanced(world):
    v1 = world.client.v1
    some = {"amount": 100, "currency": "usd"}
    topup, payout = v1.topups.create(some), v1.payouts.create(some)
    v1.topups.cancel(v1.topups.create(some).id)
    v1.payouts.cancel(v1.payouts.create(some).id)
    v1.topups.list()
    v1.payouts.list()
    v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    booked = v1.balance_transactions.list().data[0]
    return {
        "balance": v1.balance.retrieve(),
        "balance_settings": v1.balance_settings.retrieve(),
        "balance_transaction": v1.balance_transactions.retrieve(booked.id),
        "payout": v1.payouts.retrieve(payout.id),
        "topup": v1.topups.retrieve(topup.id),
    }


def told(world):
    v1, v2 = world.client.v1, world.client.v2
    return {
        "event": v1.events.retrieve(v1.events.list().data[0].id),
        "v2.core.event": v2.core.events.retrieve(v2.core.events.list().data[0].id),
    }
