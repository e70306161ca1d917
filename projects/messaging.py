"""The two sides of an engagement write to each other, from the moment the money is held until some days after."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from accounts import restraining
from accounts.models import Block, User
from marketplace.kernel import mail, notices
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from projects import bidding, cases, checking, emails
from projects.models import Engagement, Message, Reading
from projects.models.messages import LONGEST

Side = Message.Side
AN_HOUR = timedelta(hours=1)


class NotHeldYet(RuleViolation):
    """Before the money is held nobody writes: contact data waits for it (PRODUCT.md)."""

    code = "not_held_yet"

    def __init__(self) -> None:
        super().__init__("Messages open when the money is held.")


class WritingOver(RuleViolation):
    """The work ended, and the days after it in which one may still write are over."""

    code = "writing_over"

    def __init__(self) -> None:
        days = settings.MESSAGES_DAYS_AFTER
        super().__init__(
            f"Messages closed {days} days after the work ended. Both of you can still read them."
        )


class NoMessagesBetween(RuleViolation):
    """One of the two blocked the other. Which of them is not said."""

    code = "no_messages_between"

    def __init__(self) -> None:
        super().__init__(
            "One of you blocked the other, so no messages pass between you. The work goes on as agreed: "
            "deliver and review here, and report whatever is wrong."
        )


class TooManyMessages(RuleViolation):
    """The person wrote as much in this workroom as one hour allows."""

    code = "too_many_messages"

    def __init__(self) -> None:
        most = settings.MESSAGES_AN_HOUR
        super().__init__(f"{most} messages an hour are the most. Wait a little, then send the next one.")


class NotToBeSent(RuleViolation):
    """The words are missing, too long, cannot be shown, or hold a number that nobody here needs."""

    code = "not_to_be_sent"


def problem_of(text: str) -> str:
    """Why these words cannot be sent, for whoever wrote them; empty where they can. The form asks the same."""
    if not text:
        return "Write a sentence or two."
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters; there are {len(text)}."
    return problem_in(text)


def problem_in(text: str) -> str:
    """What no text between the two sides may hold, for whoever wrote it; empty where there is nothing."""
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t" for sign in text):
        return "There is a sign in it that cannot be shown, as a program may copy along. Type it anew."
    if found := checking.numbers_of_oneself(text):
        return (
            f"Leave out “{found}”: nobody here needs the number of an account, a card or a person. "
            "What is paid goes through the site."
        )
    return ""


def check_words(text: str, *, flagged: bool) -> None:
    """Raises NotToBeSent, and WordsNoticed unless `flagged`."""
    if problem := problem_of(text):
        raise NotToBeSent(problem)
    if not flagged and (seen := checking.suspicious(text)):
        raise bidding.WordsNoticed(seen[0])


def side_of(engagement: Engagement, person: User) -> str:
    """Raises PermissionDenied for whoever is of neither side."""
    sides = {"student": Side.STUDENT, "employer": Side.COMPANY}
    side = sides.get(engagement.role_of(person))
    if side is None:
        raise PermissionDenied
    return side


def check_may_write(engagement: Engagement, *, by: User, at: datetime) -> None:
    """Raises NotHeldYet, WritingOver, NoMessagesBetween, Suspended."""
    if engagement.starts_at is None:
        raise NotHeldYet
    days = timedelta(days=settings.MESSAGES_DAYS_AFTER)
    if engagement.finished_at is not None and at > engagement.finished_at + days:
        raise WritingOver
    company = engagement.company if side_of(engagement, by) == Side.COMPANY else None
    restraining.check_not_suspended(by, company, at=at)
    if Block.objects.between(engagement.student_id, engagement.company_id).exists():
        raise NoMessagesBetween


def send(
    engagement: Engagement, *, by: User, at: datetime, text: str, flagged: bool = False, form_key: str = ""
) -> Message:
    """Write to the other side. A form that arrives twice, of one `form_key` with the same words, is one message.

    Raises NotHeldYet, WritingOver, NoMessagesBetween, Suspended, NotToBeSent, TooManyMessages; WordsNoticed unless
    `flagged`, that is sent knowingly.
    """
    with locked(engagement) as engagement:
        side, mine = side_of(engagement, by), engagement.messages.filter(author=by)
        text = text.replace("\r\n", "\n").strip()
        sent = mine.filter(form_key=form_key).first() if form_key else None
        if sent is not None:
            if sent.text == text:
                return sent
            form_key = ""  # the browser went back to a form that was sent, and something else was typed in it
        check_may_write(engagement, by=by, at=at)
        check_words(text, flagged=flagged)
        if mine.filter(sent_at__gt=at - AN_HOUR).count() >= settings.MESSAGES_AN_HOUR:
            raise TooManyMessages
        message = Message.objects.create(
            engagement=engagement, author=by, side=side, text=text, sent_at=at, form_key=form_key
        )
        cases.flag(message=message, at=at, text=text)
        settle(engagement, side, at=at)
        for person in others(message):
            tell_in_turn(message, person, at=at)
    return message


def others(message: Message) -> Iterable[User]:
    """Whom a message is for: the student, or everybody who acts for the company."""
    if message.side == Side.COMPANY:
        return [message.engagement.student]
    return message.engagement.company.members_now().order_by("pk")


def settle(engagement: Engagement, side: str, *, at: datetime) -> None:
    """This side answered: whoever of it was not told yet of what it answers is not told any more."""
    own = {"person": engagement.student_id}
    rows = engagement.readings.filter(tell_at__isnull=False)
    rows = rows.filter(**own) if side == Side.STUDENT else rows.exclude(**own)
    rows.update(tell_at=None)
    mail.tell_no_more(emails.messages_key(engagement, side), at=at)


# Telling: a letter for the first unread message, then at most one an hour while something is unread.


def tell_in_turn(message: Message, person: User, *, at: datetime) -> None:
    """At once where the last letter is long enough ago, else when it will be."""
    reading, _ = Reading.objects.get_or_create(engagement=message.engagement, person=person)
    gap = timedelta(minutes=settings.MESSAGES_LETTER_MINUTES)
    if reading.told_at is None or reading.told_at + gap <= at:
        tell(reading, message.engagement, at=at)
    elif reading.tell_at is None:
        Reading.objects.filter(pk=reading.pk).update(tell_at=reading.told_at + gap)


def tell(reading: Reading, engagement: Engagement, *, at: datetime) -> None:
    reading.engagement = engagement
    emails.messages_unread(reading, at=at)
    Reading.objects.filter(pk=reading.pk).update(told_at=at, tell_at=None)


def tell_late(reading: Reading, *, at: datetime) -> None:
    """What waited for its hour; nothing where it was read or answered meanwhile, or the person has left."""
    with locked(reading.engagement) as engagement:
        reading = relock(reading)
        reading.engagement = engagement
        if reading.tell_at is None or reading.tell_at > at:
            return
        stays = reading.side == Side.STUDENT or engagement.company.has_member(reading.person)
        if stays and reading.unread.exists():
            tell(reading, engagement, at=at)
        else:
            Reading.objects.filter(pk=reading.pk).update(tell_at=None)


# Reading


def read(engagement: Engagement, *, by: User, at: datetime) -> None:
    """This person has seen all that the other side wrote so far: no letter or notice tells of it any more."""
    side = side_of(engagement, by)
    told = emails.messages_key(engagement, side, by)
    with transaction.atomic():
        newest = engagement.messages.not_of(side).aggregate(newest=Max("pk"))["newest"] or 0
        reading, _ = Reading.objects.get_or_create(engagement=engagement, person=by)
        Reading.objects.filter(pk=reading.pk, read_to__lt=newest).update(read_to=newest, tell_at=None)
        mail.tell_no_more(told, at=at)
        notices.mark_read(by, at=at, about=told)
