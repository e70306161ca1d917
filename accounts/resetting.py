"""A person lost their second step and the codes on paper: an admin asks, a second person signs, days later it goes.

The person hears of it at once and can stop it by one click, since whoever asks the admin may be somebody else.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from accounts.emails import second_steps as letters
from accounts.models import SecondStepReset, User
from marketplace.kernel import auditing, casework, countersigning
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case, Risk, SecondSignature
from marketplace.kernel.transactions import locked, relock

logger = logging.getLogger(__name__)
KIND = Case.Kind.RESET
Status, Answer = SecondStepReset.Status, SecondSignature.Answer


class NothingToTakeOff(RuleViolation):
    """They have no second step."""

    code = "nothing_to_take_off"

    def __init__(self) -> None:
        super().__init__("This person has no second step. A password is chosen anew by letter.")


class AskedAlready(RuleViolation):
    """One request for a person waits at a time."""

    code = "second_step_asked_already"

    def __init__(self) -> None:
        super().__init__("This was asked for already, and waits.")


class NobodyToSign(RuleViolation):
    """There is no other admin, and no second person is named."""

    code = "nobody_to_sign"

    def __init__(self) -> None:
        super().__init__("Nobody else can sign this. Name a second person in SECOND_PERSON_EMAIL first.")


class NotAStranger(RuleViolation):
    """Nobody signs what they asked for, or what is about themselves."""

    code = "not_for_oneself"

    def __init__(self) -> None:
        super().__init__("You asked for it, or it is about you. Somebody else of the staff has to decide.")


def ask_for(person: User, *, by: User, at: datetime, reason: str) -> SecondStepReset:
    """Ask that the second step of `person` is taken off; they are told at once, and so is who has to sign.

    Raises PermissionDenied, NotAStranger, NothingToTakeOff, AskedAlready, NobodyToSign.
    """
    with locked(person) as person:
        check_may_ask(person, by)
        reset = SecondStepReset.objects.create(
            person=person, by=by, reason=reason.strip(), at=at, effect_at=at + SecondStepReset.WAITS
        )
        reset.history.create(by=by, from_status="", to_status=reset.status, at=at)
        casework.put(
            KIND,
            reset,
            words=str(reset),
            at=at,
            due_at=reset.effect_at,
            weight=casework.Weight(Risk.HIGH, []),
            people=[person.pk, by.pk],
        )
        countersigning.ask(KIND, reset, by=by, at=at, words=str(reset), lines=lines_of(reset))
        auditing.record(
            "second_step_reset_asked", person, by=by, at=at, reason=reason, request=reset.public_id
        )
        letters.second_step_asked(reset, at=at)
    return reset


def check_may_ask(person: User, by: User) -> None:
    """Who closes and opens accounts; that of staff is a superuser's, as in all else."""
    if not by.has_perm("accounts.change_user") or (person.is_staff and not by.is_superuser):
        raise PermissionDenied
    if person.pk == by.pk:
        raise NotAStranger
    if not Authenticator.objects.filter(user=person).exists():
        raise NothingToTakeOff
    if person.second_step_resets.open().exists():
        raise AskedAlready
    if not (countersigning.others_may_sign(by) or countersigning.second_person(by)):
        raise NobodyToSign


def lines_of(reset: SecondStepReset) -> list[str]:
    person = reset.person
    return [
        f"The passkeys, the app and the recovery codes of {person.name} ({person.email}) are taken off.",
        f"How they showed who they are: “{reset.reason}”",
        f"It happens on {reset.effect_at:%d %B %Y, %H:%M} UTC or when you sign, whichever is later.",
        "Until then they can stop it by a letter that they have. Everybody is logged out of the account then.",
        "They log in with their password and a code by letter, and set up a new second step.",
    ]


# The second signature


def sign(reset: SecondStepReset, *, by: User, at: datetime, version: int | None = None) -> SecondStepReset:
    """Another admin agrees. Raises PermissionDenied, NotAStranger, StalePage, InvalidTransition."""
    with locked(reset) as reset:
        check_signer(reset, by, version=version)
        casework.settle(KIND, reset, by=by, at=at, outcome="signed")
        reset.become(Status.SIGNED, by=by, at=at)
        auditing.record("second_step_reset_signed", reset.person, by=by, at=at, request=reset.public_id)
    return reset


def refuse(
    reset: SecondStepReset,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> SecondStepReset:
    """Another admin does not. Raises PermissionDenied, NotAStranger, StalePage, InvalidTransition."""
    with locked(reset) as reset:
        check_signer(reset, by, version=version)
        casework.settle(KIND, reset, by=by, at=at, outcome="refused")
        reset.become(Status.REFUSED, by=by, at=at, reason=note)
        told = {"codes": list(codes), "request": reset.public_id}
        auditing.record("second_step_reset_refused", reset.person, by=by, at=at, reason=note, **told)
        letters.second_step_kept(reset, at=at)
    return reset


def check_signer(reset: SecondStepReset, person: User, *, version: int | None) -> None:
    if not (person.is_staff and person.is_active):
        raise PermissionDenied
    if person.pk in {reset.by_id, reset.person_id}:
        raise NotAStranger
    reset.expect_version(version)


def sign_outside(asked: SecondSignature, *, at: datetime, reason: str = "") -> None:
    """The person named at set-up agrees. Raises SignatureIsOver, InvalidTransition."""
    with locked(SecondStepReset.objects.get(pk=asked.row_id)) as reset:
        countersigning.take(asked, reset.person, answer=Answer.SIGNED, reason=reason, at=at)
        casework.drop(KIND, reset, at=at, outcome="signed")
        reset.become(Status.SIGNED, by=None, at=at)


def refuse_outside(asked: SecondSignature, *, at: datetime, reason: str) -> None:
    """The person named at set-up does not. Raises SignatureIsOver, InvalidTransition."""
    with locked(SecondStepReset.objects.get(pk=asked.row_id)) as reset:
        countersigning.take(asked, reset.person, answer=Answer.REFUSED, reason=reason, at=at)
        casework.drop(KIND, reset, at=at, outcome="refused")
        reset.become(Status.REFUSED, by=None, at=at, reason=reason)
        letters.second_step_kept(reset, at=at)


# What the person says, and what the clock does


def stop(reset: SecondStepReset, *, at: datetime) -> SecondStepReset:
    """The person, by the link of their letter: it was not me. Raises InvalidTransition."""
    with locked(reset) as reset:
        reset.become(Status.STOPPED, by=reset.person, at=at)
        casework.drop(KIND, reset, at=at, outcome="stopped")
        auditing.record(
            "second_step_reset_stopped", reset.person, by=reset.by, at=at, request=reset.public_id
        )
    return reset


def carry_out_due(*, at: datetime) -> int:
    """Those whose days are over; one that fails is logged and waits for the next sweep. Returns how many."""
    return sum(tried(reset, at=at) for reset in SecondStepReset.objects.due(at=at)[:50])


def tried(reset: SecondStepReset, *, at: datetime) -> bool:
    try:
        return carry_out(reset, at=at)
    except (RuleViolation, DatabaseError):
        logger.exception("Second step %s was not taken off and will be tried again", reset.pk)
        return False


def carry_out(reset: SecondStepReset, *, at: datetime) -> bool:
    """Nothing of the old second step opens anything from now on, and nobody is logged in."""
    with locked(reset.person) as person:
        reset = relock(reset)
        if reset.status != Status.SIGNED or at < reset.effect_at:
            return False
        Authenticator.objects.filter(user=person).delete()
        for session in UserSession.objects.filter(user=person):
            session.end()
        reset.become(Status.DONE, by=None, at=at, done_at=at)
        auditing.record("second_step_taken_off", person, by=reset.by, at=at, request=reset.public_id)
        letters.second_step_taken_off(reset, at=at)
    return True


def asks_for_a_mailed_code(person: User) -> bool:
    """Since their second step was taken off and until they set up a new one."""
    done = person.second_step_resets.filter(status=Status.DONE).exists()
    steps = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return done and not Authenticator.objects.filter(user=person, type__in=steps).exists()
