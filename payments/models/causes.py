"""Why money waits: each cause in plain words for an operator, the student and the employer, in this one place.

A cause is an operation's `blocked_reason` or how it stands; an alarm about the same says the same words. A new one
needs a line here, else its own name is shown.
"""

from typing import NamedTuple

from payments.models.holds import Hold


class Cause(NamedTuple):
    """`title` and `to_do` are for operators; `student` and `employer` say what happens to whose money is meant."""

    title: str
    to_do: str
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
        "A transfer names an account that is not the student’s any more",
        "Send it to the new account: a look makes sure first that nothing reached the old one.",
        PERSON,
        PERSON,
    ),
    "bank_dispute": Cause(
        Hold.Reason.BANK_DISPUTE.label,
        "Gather what shows that the work was done, and answer at Stripe; approved work stays paid.",
        "The bank took the payment back. Stop working until it is decided; what you handed in and what was "
        "approved is paid whatever the bank decides.",
        "The bank took this payment back. Work and due dates stand still until it is decided; what was handed in or "
        "approved stays owed to the student.",
    ),
    "fraud_review": Cause(
        Hold.Reason.FRAUD_REVIEW.label,
        "Decide the check on the moderation desk; what waits goes on by itself once it is cleared.",
        "A payment check is under way, as is done now and then. " + PERSON,
        "A payment check is under way, as is done now and then. " + PERSON,
    ),
    "admin": Cause(Hold.Reason.ADMIN.label, "Whoever stopped it says when it goes on.", PERSON, PERSON),
    "two_objects": Cause(
        "Stripe has two objects for one operation",
        "Money may have moved twice: compare both at Stripe before anything else.",
        PERSON,
        PERSON,
    ),
    "other_amount": Cause(
        "Stripe moved another amount than was decided",
        "Compare the object at Stripe with the operation; never try again before.",
        PERSON,
        PERSON,
    ),
    "refused": Cause(
        "Stripe refused a request as wrong: a key, a right, or a key used twice",
        "Read its last answer; once that is mended, try again.",
        PERSON,
        PERSON,
    ),
    "needs_a_person": Cause(
        "The outcome of an operation could not be found out",
        "Look at Stripe; only where nothing is there, try again.",
        PERSON,
        PERSON,
    ),
    "refund_failed": Cause(
        "A bank sent a refund back",
        "Pay the employer another way, and keep where.",
        PERSON,
        "Your bank did not take the refund. We owe it to you and write to you to pay it another way.",
    ),
    "refund_waits": Cause(
        "Stripe has not booked a refund",
        "Look at Stripe: top up the balance where it is short; else it waits for the card’s bank.",
        PERSON,
        "The refund is with Stripe and takes longer than usual. " + PERSON,
    ),
    "unknown": Cause(
        "An operation has no certain outcome for 30 minutes",
        "Look at Stripe’s status page and at its last answer; it is looked up by itself.",
        "Stripe has not confirmed it yet. It is looked for again by itself.",
        "Stripe has not confirmed it yet. It is looked for again by itself.",
    ),
    "untaken": Cause(
        "Due, and not sent",
        "Is a worker running? Try again.",
        PERSON,
        PERSON,
    ),
}


def cause(code: str) -> Cause:
    """The words for a cause; of one that is not named here, its own name."""
    words = code.replace("_", " ").capitalize()
    return CAUSES.get(code) or Cause(words, "Look at Stripe.", PERSON, PERSON)
