"""What proves the work to a bank that took its payment back: one ZIP, which an administrator hands in at Stripe.

PAYMENTS 2.2: the bundle is assembled here and given to Stripe by hand. It holds what the two sides agreed to and did;
of their messages it quotes only those that moderators may open, and of the application nothing.
"""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch

from accounts.models import User
from marketplace.kernel import auditing
from marketplace.kernel.money import Money
from payments.accounting import Record, Section, record_as_pdf
from payments.models import Chargeback, Hold, Operation
from payments.operations.handling import check_operator
from projects import narrating
from projects.models import Deliverable, Engagement, Message, Submission, SubmissionFile

CHUNK = 64 * 1024
APPROVED = {Deliverable.Status.APPROVED, Deliverable.Status.AUTO_APPROVED, Deliverable.Status.RESOLVED}
PRIVATE = ("questions", "answers")  # of the application, which are no part of what was bought
Row = tuple[str, str]


class Case(NamedTuple):
    """All that is known of a chargeback, in a number of queries that does not depend on how much there is."""

    chargeback: Chargeback
    hold: Hold
    engagement: Engagement
    parts: list[Deliverable]
    messages: list[Message]
    quoted: set[int]

    @property
    def files(self) -> Iterator[tuple[str, SubmissionFile]]:
        """What was handed in, each with its path in the bundle."""
        for part in self.parts:
            for version in part.submissions.all():
                for file in version.files.all():
                    yield f"files/part-{part.number}/version-{version.number}/{safe(file)}", file


def assemble(chargeback: Chargeback, *, by: User, at: datetime) -> IO[bytes]:
    """The bundle, written beside the memory; that it was taken is kept in the audit.

    Raises PermissionDenied for whoever may not act on money.
    """
    check_operator(by)
    case = case_of(chargeback)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the door sends it and closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("summary.pdf", record_as_pdf(summary_of(case, at=at)))
        archive.writestr("record.pdf", record_as_pdf(record_of(case, at=at)))
        archive.writestr("terms.json", json.dumps(terms_of(case), indent=2, ensure_ascii=False))
        for path, kept in case.files:
            with archive.open(path, "w", force_zip64=True) as entry, kept.file.open() as content:
                while chunk := content.read(CHUNK):
                    entry.write(chunk)
    files = sum(1 for _ in case.files)
    auditing.record("evidence_taken", chargeback, by=by, at=at, hold=case.hold.public_id, files=files)
    out.seek(0)
    return out


def case_of(chargeback: Chargeback) -> Case:
    holds = Hold.objects.prefetch_related(
        "more_work__proposed_by",
        "history__by",
        "cards",
        "shares__releases__operation",
        "shares__refund__operation",
    )
    versions = Submission.objects.order_by("number").select_related("review__by").prefetch_related("files")
    mine = (
        Deliverable.objects.filter(hold_share__hold=chargeback.hold_id)
        .order_by("number")
        .select_related("engagement")
    )
    related = ("company", "student", "offered_by", "payment_request")
    engagements: Any = Engagement.objects  # the plugin of the type checker breaks on what follows
    everything = engagements.select_related(*related).prefetch_related(
        *("history__by", "promised_materials", "more_work__history", "more_work__hold"),
        Prefetch("deliverables", mine),
        Prefetch("deliverables__submissions", versions),
        *("deliverables__history__by", "deliverables__money_deadlines"),
        Prefetch("holds", holds.filter(pk=chargeback.hold_id)),
    )
    engagement: Engagement = everything.get(holds=chargeback.hold_id)
    hold: Any = engagement.holds.all()[0]  # the one that the prefetch keeps
    told = Message.objects.filter(engagement=engagement)
    quoted = set(told.told_of().values_list("pk", flat=True))
    messages = list(told.select_related("author").order_by("sent_at", "pk"))
    return Case(chargeback, hold, engagement, list(engagement.deliverables.all()), messages, quoted)


def safe(file: SubmissionFile) -> str:
    """Its name without what a program that unpacks could take for a folder; two of one name differ by their id."""
    name = re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", file.name).strip(". ") or "file"
    return f"{file.public_id}-{name}"


def moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "never"


def terms_of(case: Case) -> dict[str, Any]:
    """What was agreed on for this payment, as it was kept at that moment."""
    if case.hold.number == 1:
        return {key: value for key, value in case.engagement.terms.items() if key not in PRIVATE}
    more = case.hold.more_work
    names = ("title", "brief", "criteria", "hours", "due_days", "fee_cents", "platform_fee_cents")
    return {name: getattr(more, name) for name in names}


# The page of one side


def summary_of(case: Case, *, at: datetime) -> Record:
    chargeback, hold, engagement = case.chargeback, case.hold, case.engagement
    facts = [
        ("Dispute at Stripe", chargeback.pk),
        ("Amount and reason", f"{chargeback.amount}, {chargeback.reason}"),
        ("Answer due by", moment(chargeback.due_by) if chargeback.due_by else "no date was given"),
        ("Payment", f"{hold.gross}, {hold.charge}, {hold.payment_intent}"),
        ("Made on", moment(at)),
    ]
    handed_in = [part for part in case.parts if part.submissions.all()]
    approved = [part for part in case.parts if part.status in APPROVED]
    silent = [part for part in case.parts if part.status == Deliverable.Status.AUTO_APPROVED]
    agreed_at = hold.more_work.agreed_at if hold.number > 1 else engagement.accepted_at
    work = [
        ("What was bought", f"“{terms_of(case)['title'][:100]}”, professional work of {engagement.student}."),
        ("By whom", f"{engagement.company}; the payment page was opened for {payer_of(case)}."),
        (
            "Agreed",
            f"The student accepted {moment(agreed_at)}; the card was charged {moment(hold.funded_at)}.",
        ),
        (
            "Delivered",
            f"{len(handed_in)} of {len(case.parts)} parts were handed in, in "
            f"{sum(len(part.submissions.all()) for part in case.parts)} versions with "
            f"{sum(1 for _ in case.files)} files.",
        ),
        (
            "Accepted",
            f"{len(approved)} of {len(case.parts)} parts were accepted, {len(silent)} of them because the review "
            "window that the terms name ended without an answer.",
        ),
        (
            "Paid on",
            f"{sent_of(hold)} was sent to the student, {refunded_of(hold)} was given back to the card.",
        ),
    ]
    inside = [
        ("record.pdf", "The terms and who accepted them when, every step, every version, every answer."),
        ("terms.json", "What was agreed on, as it was kept at that moment."),
        (
            "files/",
            "The work itself. record.pdf names the SHA-256 of each file, taken when it was handed in.",
        ),
    ]
    title = f"Evidence for {chargeback.pk}"
    return Record(title, facts, [Section("In short", work), Section("What lies beside this page", inside)])


def payer_of(case: Case) -> str:
    """Who opened the payment page: somebody who acts for the company, or whom it asked to pay."""
    opened = [step for step in case.hold.history.all() if step.to_status == Hold.Status.CHECKOUT_OPEN]
    by = opened[-1].by if opened else None
    asked = case.hold.payment_request
    if by is not None:
        return f"{by}, {by.email}"
    return asked.email if asked is not None else str(case.engagement.offered_by)


def sent_of(hold: Hold) -> Money:
    releases = [one for share in hold.shares.all() for one in share.releases.all() if one.sent_at]
    return Money(sum(release.student_cents for release in releases))


def refunded_of(hold: Hold) -> Money:
    refunds = [share.refund for share in hold.shares.all() if hasattr(share, "refund")]
    done = [one for one in refunds if one.operation.status == Operation.Status.SUCCEEDED]
    return Money(sum(refund.amount.cents for refund in done))


# The whole record


def record_of(case: Case, *, at: datetime) -> Record:
    chargeback, engagement = case.chargeback, case.engagement
    facts = [
        ("Dispute at Stripe", chargeback.pk),
        ("Work", f"“{engagement}”, {settings.SITE_URL}{engagement.get_absolute_url()}"),
        ("Made on", moment(at)),
    ]
    sections = [
        Section("What was agreed", rows_of_terms(case)),
        Section("How the payment was made", rows_of_payment(case)),
        Section("What happened", rows_of_story(engagement)),
        *(Section(f"Part {part}", rows_of_part(part)) for part in case.parts),
        Section("Messages", rows_of_messages(case)),
    ]
    return Record(f"Record of {chargeback.pk}", facts, sections)


def rows_of_terms(case: Case) -> list[Row]:
    engagement, hold, terms = case.engagement, case.hold, terms_of(case)
    rows = [("Title", str(terms["title"])), ("What is to be done", str(terms["brief"]))]
    price = f"{hold.student_fee} for the student, {hold.platform_fee} for the site, {hold.gross} in all"
    rows.append(("Price", price))
    if "rights" in terms:
        rows.append(("Rights", str(terms["rights"])))
    if hold.number > 1:
        more = hold.more_work
        rows.append(("Proposed", f"{moment(more.created_at)} by {more.proposed_by}"))
        rows.append(("Accepted", f"{moment(more.agreed_at)} by {engagement.student}"))
    else:
        rows.append(("Offered", f"{moment(engagement.offered_at)} by {engagement.offered_by}"))
        rows.append(("Accepted", f"{moment(engagement.accepted_at)} by {engagement.student}"))
    return rows


def rows_of_payment(case: Case) -> list[Row]:
    hold, company = case.hold, case.engagement.company
    rows = [
        ("Company", f"{company}, {company.country}" + (f", {company.website}" if company.website else "")),
        ("The company showed who it is", moment(company.proven_at)),
        ("The payment page was opened for", payer_of(case)),
        ("Reserved on the card", moment(hold.authorised_at)),
        ("Charged", f"{moment(hold.funded_at)}: {hold.gross}, {hold.charge}, {hold.payment_intent}"),
    ]
    for card in hold.cards.all():
        word = "refused" if card.failed else "used"
        rows.append((moment(card.at), f"A card was {word}: {card.charge}, fingerprint {card.fingerprint}"))
    for step in hold.history.all():
        rows.append((moment(step.at), f"{step}" + (f", by {step.by}" if step.by else "")))
    for share in hold.shares.all():
        for release in share.releases.all():
            sent = moment(release.sent_at) if release.sent_at else "not sent"
            rows.append(
                (moment(release.decided_at), f"{release.amount} released to the student; sent: {sent}")
            )
    return rows


def rows_of_story(engagement: Engagement) -> list[Row]:
    """As the workroom told it to both sides."""
    story = narrating.story_of_engagement(engagement)
    past = [event for event in story if event.state in {narrating.PAST, narrating.TROUBLE}]
    return [(moment(event.at), " ".join(filter(None, (event.what, event.note)))) for event in past]


def rows_of_part(part: Deliverable) -> list[Row]:
    criteria = "\n".join(f"{number}. {words}" for number, words in enumerate(part.criteria, 1))
    rows = [("Share", str(part.share)), ("Due", moment(part.due_at)), ("Criteria", criteria)]
    for version in part.submissions.all():
        rows += rows_of_version(version)
    for step in part.history.all():
        by = f"by {step.by}" if step.by else "by itself, as the terms say"
        rows.append((moment(step.at), f"{step}, {by}{'. ' if step.reason else ''}{step.reason}"))
    return rows


def rows_of_version(version: Submission) -> list[Row]:
    answers = "\n".join(f"{number}. {words}" for number, words in enumerate(version.criteria_answers, 1))
    rows = [
        (f"{version}, {moment(version.submitted_at)}", version.text),
        ("How each criterion is met", answers),
    ]
    if version.link:
        rows.append(("Link", version.link))
    for file in version.files.all():
        rows.append((f"File {safe(file)}", f"{file.size_bytes} bytes, SHA-256 {file.sha256}"))
    review = getattr(version, "review", None)
    if review is not None:
        named = ", ".join(map(str, review.failing_criteria))
        rows.append((f"Changes asked for by {review.by}, {moment(review.at)}", f"{named}: {review.message}"))
    return rows


def rows_of_messages(case: Case) -> list[Row]:
    """When each side wrote; the words only of those that moderators may open."""
    rows = [
        (f"{moment(one.sent_at)}, {one.author}", one.text if one.pk in case.quoted else "Not quoted.")
        for one in case.messages
    ]
    return rows or [("None", "The two sides wrote no messages.")]
