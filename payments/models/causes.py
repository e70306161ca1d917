"""Why money waits: each cause in plain words for an operator, the student and the employer, in this one place.

A cause is an operation's `blocked_reason`, the kind of the alarm that stopped it, or how it stands. A new one needs
a line here, else its own name is shown.
"""

from typing import NamedTuple


class Cause(NamedTuple):
    """`title` and `todo` are for operators; `student` and `employer` say what happens to whose money is meant."""

    title: str
    todo: str
    student: str
    employer: str


PERSON = "Somebody here looks at it. Nothing is lost, and you need do nothing."
SETUP = (
    "Set up being paid; it takes about five minutes, and what waits is sent the moment your account is ready."
)
EMPLOYER_OF_PAYEE = (
    "The student has yet to set up being paid. What is released stays theirs; you need do nothing."
)

CAUSES: dict[str, Cause] = {
    "no_payee": Cause(
        "The student has not set up being paid",
        "Nothing, the student is reminded; after 60 days, write to them.",
        SETUP,
        EMPLOYER_OF_PAYEE,
    ),
    "payee": Cause(
        "Stripe does not pay the student’s account now",
        "Look at the account at Stripe; it is tried again as soon as it is ready.",
        "Stripe needs something from you before it can pay. Open the set-up to see what.",
        EMPLOYER_OF_PAYEE,
    ),
    "other_account": Cause(
        "The student’s account is another one by now",
        "Make sure that nothing reached the old account, then hand over to whoever may pay anew.",
        PERSON,
        PERSON,
    ),
    "bank_dispute": Cause(
        "A bank took the payment back",
        "Answer the bank in Stripe’s dashboard; approved work stays paid.",
        "The bank took the payment back. Stop working until it is decided; what you handed in and what was "
        "approved is paid whatever the bank decides.",
        "The bank took this payment back. Work and due dates stand still until it is decided; what was handed in or "
        "approved stays owed to the student.",
    ),
    "fraud_review": Cause(
        "Being checked for fraud",
        "Decide the check on the moderation desk; what waits goes on by itself once it is cleared.",
        "A payment check is under way, as is done now and then. " + PERSON,
        "A payment check is under way, as is done now and then. " + PERSON,
    ),
    "admin": Cause("Stopped by an admin", "Whoever stopped it says when it goes on.", PERSON, PERSON),
    "two_objects": Cause(
        "Stripe holds two objects for one act",
        "Money may have moved twice: compare both at Stripe before anything else.",
        PERSON,
        PERSON,
    ),
    "other_amount": Cause(
        "Stripe moved another amount than was asked",
        "Compare the object at Stripe with the operation; never try again before.",
        PERSON,
        PERSON,
    ),
    "refused": Cause(
        "Stripe refused the request as wrong",
        "Read its last answer; after a repair, try again.",
        PERSON,
        PERSON,
    ),
    "needs_a_person": Cause(
        "Its outcome could not be found out",
        "Look at Stripe; only where nothing is there, try again.",
        PERSON,
        PERSON,
    ),
    "refund_failed": Cause(
        "The bank sent the refund back",
        "Pay the employer another way, and keep where.",
        PERSON,
        "Your bank did not take the refund. We owe it to you and write to you to pay it another way.",
    ),
    "refund_waits": Cause(
        "Stripe has not booked the refund",
        "Look at Stripe; it is often short of balance, or waits for the card’s bank.",
        PERSON,
        "The refund is with Stripe and takes longer than usual. " + PERSON,
    ),
    "unknown": Cause(
        "No answer from Stripe yet",
        "Look at Stripe; it is looked for again by itself.",
        "Stripe has not confirmed it yet. It is looked for again by itself.",
        "Stripe has not confirmed it yet. It is looked for again by itself.",
    ),
    "late": Cause(
        "Due, and not sent",
        "Is a worker running? Try again.",
        PERSON,
        PERSON,
    ),
    "void_failed": Cause(
        "A reservation could not be given back",
        "Cancel the payment at Stripe; it ends by itself with the reservation.",
        PERSON,
        "The reservation on your card could not be lifted yet. It ends by itself after some days at the latest.",
    ),
}


def cause(code: str) -> Cause:
    """The words for a cause; of one that is not named here, its own name."""
    words = code.replace("_", " ").capitalize()
    return CAUSES.get(code) or Cause(words, "Look at Stripe.", PERSON, PERSON)
