"""The automatic look at a project's words and pay: what a moderator should see, and the employer before."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.conf import settings

from marketplace.kernel.money import Money
from projects.drafts import Draft
from projects.models import Project


class Finding(NamedTuple):
    """One thing to look at. It decides nothing: a person does."""

    code: str
    message: str
    where: str = ""
    excerpt: str = ""


ADDRESSES = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"\+?\d(?:[\s()./-]{0,2}\d){8,14}"),
)
CONTACT = (
    *ADDRESSES,
    re.compile(r"\b(?:whatsapp|telegram|signal|wechat|skype|discord|instagram)\b", re.IGNORECASE),
)
# How people are led around the site. Each alone is refused where it stands in public, so a pattern takes in no
# word that is often about the work itself: a project may well be about somebody's Instagram page or a chat bot.
CHAT = r"(?:whats ?app|telegram|we ?chat|signal|viber|skype|discord|snap ?chat|insta(?:gram)?|linked ?in)"
LETTER = r"e-?mail|sms|phone|telephone"
PAID_ELSEWHERE = re.compile(
    r"\bpa(?:y|ys|id|yment|ying)(?: \w+){0,4}? (?:in cash|(?:by|via|with|through|over|in) "
    r"(?:paypal|venmo|cash ?app|zelle|crypto\w*|bitcoin|gift cards?|cheques?|checks?))\b",
    re.IGNORECASE,
)
LURES = (
    re.compile(
        r"[\w.+-]+\s?[(\[]?\s?\bat\b\s?[)\]]?\s?[\w-]+\s?[(\[]?\s?\bdot\b\s?[)\]]?\s?(?:com|org|net|edu|io|me|\w\w)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b[\w-]+\.(?:com|org|me|ly|gg|link)\b"),
    re.compile(rf"\b(?:{CHAT}|my|on|via|am|i’m|i'm)[\s:,]{{1,3}}@\w{{3,}}", re.IGNORECASE),
    re.compile(r"\b(?:text|dm|pm|e-?mail|phone) (?:me|us)\b", re.IGNORECASE),
    re.compile(
        r"\b(?:write|message|call|contact|reach|add|find|ping)(?: to)? (?:me|us)(?: \w+){0,3}?"
        rf" (?:on|by|via|over|through|at) (?:my |our |the )?(?:{CHAT}|{LETTER})\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\bmy (?:private |personal )?(?:{CHAT}|e-?mail (?:address|is)|(?:phone |mobile |cell )?number)\b(?! of)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:your|our) (?:private |personal )?"
        r"(?:whats ?app|telegram|we ?chat|e-?mail address|(?:phone|telephone|mobile|cell) number)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:outside|off|around)[ -](?:of )?(?:the |this )?(?:site|platform)\b", re.IGNORECASE),
    PAID_ELSEWHERE,
)
FREE_WORK = (
    re.compile(r"\bfree (?:sample|trial|test|draft|mock-?up)s?\b", re.IGNORECASE),
    re.compile(r"\bunpaid\b", re.IGNORECASE),
    re.compile(r"\b(?:test|sample|trial) (?:task|assignment|piece)s?\b", re.IGNORECASE),
    re.compile(r"\bsubmit (?:a|your) (?:sample|draft|design|concept)\b", re.IGNORECASE),
    re.compile(r"\b(?:exposure|for your portfolio) (?:only|instead)\b", re.IGNORECASE),
)
# PRODUCT.md: the published list of forbidden work, as the words that it is usually asked for with.
FORBIDDEN = {
    "coursework": r"(?:my|your|someone’s|a student’s) (?:essay|thesis|homework|exam|coursework|assignment)|"
    r"homework|take (?:an|the|my) exam",
    "handling payments or parcels": r"(?:receive|forward|re-?ship|collect) (?:the )?(?:payments?|parcels?|packages?)|"
    r"money transfers?|cash (?:the )?cheques?|bank account|crypto(?:currency)?|gift cards?",
    "renting accounts": r"(?:rent|lend|borrow|share|use) (?:us |me )?your (?:\w+ )?(?:account|profile|login)|"
    r"(?:buy|rent|sell)\w* accounts?",
    "fake ratings": r"(?:fake|positive|five-?star|5-?star|good) (?:ratings?|reviews?)|(?:write|post) reviews? for us",
    "paying to start": r"(?:registration|training|starter|application) fee|(?:buy|purchase) (?:a |the )?starter kit|"
    r"(?:pay|deposit) (?:up ?front|before you start)",
    "care of vulnerable people": r"babysit\w*|child ?care|look after (?:the |our )?(?:children|kids)|elder(?:ly)? care|"
    r"care for (?:the )?(?:elderly|patients)",
    "dangerous places": r"construction site|roof ?work|(?:at|in) heights|hazardous|explosives?|chemical plant|"
    r"scaffold\w*",
}
FORBIDDEN_WORDS = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in FORBIDDEN.items()}


IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
IDENTITY = re.compile(
    r"\b\d{3}-\d{2}-\d{4}\b"
    r"|\b(?:social security|passport|national id|identity card|routing|sort code|(?:bank )?account)"
    r"(?: (?:number|no\.?|code))? ?(?:is|:)? ?[A-Z]{0,2}\d[\d -]{4,}\d",
    re.IGNORECASE,
)
# PRODUCT.md: the tripwires. Each word has an honest use too, so none is refused for it.
SUSPICIOUS = {
    "cheque": (
        "cheques",
        re.compile(r"\bcheques?\b|\bcashier.?s checks?\b|\bmoney orders?\b", re.IGNORECASE),
    ),
    "crypto": (
        "crypto money",
        re.compile(r"\b(?:bitcoins?|crypto\w*|usdt|ethereum|binance|wallet address)\b", re.IGNORECASE),
    ),
    "messenger": (
        "another messenger",
        re.compile(
            r"\b(?:whats ?app|telegram|we ?chat|viber|signal app|discord|snap ?chat|skype)\b", re.IGNORECASE
        ),
    ),
    "payment_app": (
        "being paid elsewhere",
        re.compile(
            r"\b(?:gift cards?|western union|moneygram|wire transfers?|pay ?pal|venmo|cash ?app|zelle)\b",
            re.IGNORECASE,
        ),
    ),
    "identity": (
        "papers of yours",
        re.compile(
            r"\b(?:copy|photo|scan|picture) of (?:your|my) (?:passport|id|identity|licen[cs]e)\b",
            re.IGNORECASE,
        ),
    ),
}


def findings(project: Project) -> list[Finding]:
    """What stands out, gravest first. One query where the deliverables were not fetched before."""
    texts = texts_of(
        project.title, project.brief, project.parts, project.questions, project.promised_materials
    )
    return [*findings_in(texts), *pay_and_pace(project)]


def findings_in_draft(draft: Draft) -> list[Finding]:
    """What stands out in the words alone."""
    promised = draft.get("promised_materials", ())
    return findings_in(texts_of(draft["title"], draft["brief"], draft["parts"], draft["questions"], promised))


def findings_in(texts: dict[str, str]) -> list[Finding]:
    wires = (found for where, text in texts.items() for found in suspicious(text, where))
    wires = (
        found for found in wires if found.code != "messenger"
    )  # contact data, of which they are told anyway
    return [*forbidden_work(texts), *contact_data(texts), *free_work(texts), *wires]


def words_of_part(title: str, brief: str, criteria: Sequence[str]) -> dict[str, str]:
    """The words of work that is added, by where each stands."""
    return {"title": title, "brief": brief, "criteria": "\n".join(criteria)}


def findings_in_more_work(texts: dict[str, str]) -> list[Finding]:
    """What stands out in work that is added where the money is held: contact data may be there by now."""
    wires = (found for where, text in texts.items() for found in suspicious(text, where))
    return [*forbidden_work(texts), *paid_elsewhere(texts), *free_work(texts), *wires]


def texts_of(
    title: str, brief: str, parts: Iterable[Any], questions: Sequence[str], promised: Sequence[str]
) -> dict[str, str]:
    """All that an applicant would read, by where it stands."""
    return {
        "title": title,
        "brief": brief,
        **{
            f"deliverable {number}": "\n".join([part.title, *part.criteria])
            for number, part in enumerate(parts, 1)
        },
        **{f"promised material {number}": text for number, text in enumerate(promised, 1)},
        **{f"question {number}": text for number, text in enumerate(questions, 1)},
    }


def forbidden_work(texts: dict[str, str]) -> Iterator[Finding]:
    for where, text in texts.items():
        for kind, words in FORBIDDEN_WORDS.items():
            if match := words.search(text):
                message = f"This may be forbidden work: {kind}."
                yield Finding("forbidden_work", message, where, match[0])


def contact_data(texts: dict[str, str]) -> Iterator[Finding]:
    message = "Addresses, numbers and links stay out until the money is held. Say it without them."
    for where, text in texts.items():
        for pattern in CONTACT:
            if match := pattern.search(text):
                yield Finding("contact", message, where, match[0])


def leading_away(text: str) -> str:
    """What in a public text would let two people meet elsewhere, as it stands there; empty where nothing would.

    Signs that look alike count alike, and those that nobody sees count as none.
    """
    seen = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in seen if unicodedata.category(sign) != "Cf")
    found = (match for pattern in (*ADDRESSES, *LURES) if (match := pattern.search(seen)))
    return next((match[0] for match in found), "")


def before_held(text: str) -> str:
    """What in a text between two people waits until the money is held: contact data, and numbers of oneself."""
    return leading_away(text) or numbers_of_oneself(text)


def numbers_of_oneself(text: str) -> str:
    """A bank account, a card or an identity number, as it stands there; empty where there is none."""
    for match in IBAN.finditer(text):
        if is_iban(match[0]):
            return match[0]
    for match in CARD.finditer(text):
        if is_card(match[0]):
            return match[0]
    found = IDENTITY.search(text)
    return found[0] if found else ""


def is_iban(text: str) -> bool:
    """ISO 13616: the rest of 97 is 1, with letters as numbers and the first four signs behind."""
    signs = re.sub(r"\s", "", text).upper()
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Luhn's sum, ISO/IEC 7812."""
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = [digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4) for place, digit in enumerate(digits)]
    return sum(doubled) % 10 == 0


def suspicious(text: str, where: str = "") -> list[Finding]:
    """What swindles are made of and honest words may hold too: whoever writes it is asked, a moderator looks."""
    return [
        Finding(code, f"This may be about {what}.", where, match[0])
        for code, (what, pattern) in SUSPICIOUS.items()
        if (match := pattern.search(text))
    ]


def paid_elsewhere(texts: dict[str, str]) -> Iterator[Finding]:
    for where, text in texts.items():
        if match := PAID_ELSEWHERE.search(text):
            yield Finding("payment_app", "This may be about being paid elsewhere.", where, match[0])


def free_work(texts: dict[str, str]) -> Iterator[Finding]:
    message = "Applicants never work for free: ask about what they did before instead."
    for where, text in texts.items():
        for pattern in FREE_WORK:
            if match := pattern.search(text):
                yield Finding("free_work", message, where, match[0])


def pay_and_pace(project: Project) -> Iterator[Finding]:
    usual, rate = Money(settings.PAY_WARN_CENTS), project.pay_per_hour
    if rate and rate < usual:
        yield Finding("low_pay", f"{rate} an hour is under the usual {usual}. Fewer students will apply.")
    span = max((part.due_days for part in project.parts), default=0)
    if project.hours and span and project.hours * 7 > settings.WEEK_WARN_HOURS * span:
        message = (
            f"{project.hours} hours in {span} days are over {settings.WEEK_WARN_HOURS} hours a week, "
            "which few students have beside their studies."
        )
        yield Finding("busy_weeks", message)
