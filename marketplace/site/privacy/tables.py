"""What every table of the site knows of a person, for the copy of everything about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Model, Q, QuerySet

from accounts.models import User
from payments.models import Hold


@dataclass(frozen=True)
class Table:
    """`mine` are the lookups from a row to the person it is about, or whose act it is; `about` says what the file
    holds. `hidden` columns are left out, `plus` are values of other rows without which it would mean nothing,
    `lists` are words that were chosen.
    """

    label: str
    about: str
    mine: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    plus: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    def of(self, user: User) -> QuerySet[Any]:
        if self.mine == ("journal__hold_id",):  # the ledger holds ids and no keys to other tables
            holds = Hold.objects.filter(engagement__student=user) | Hold.objects.filter(
                engagement__offered_by=user
            )
            chosen = Q(journal__hold_id__in=holds.values("pk"))
        elif self.mine == ("row_id",):
            chosen = Q(app="accounts", noun="user", row_id=str(user.pk)) | Q(by=user)
        else:
            chosen = reduce(or_, (Q(**{way: user.pk}) for way in self.mine))
        return self.model._base_manager.filter(chosen).order_by("pk")

    def rows(self, user: User) -> Iterator[dict[str, Any]]:
        """Each with its columns, and for each person in it their public id."""
        words = {name.partition("__")[0]: ArrayAgg(name, distinct=True) for name in self.lists}
        words = {f"{name}_chosen": found for name, found in words.items()}
        yield from self.of(user).annotate(**words).values(*self.columns(), *words).iterator()

    def columns(self) -> list[str]:
        fields = self.model._meta.concrete_fields
        plain = [f.name for f in fields if not (f.is_relation or f.primary_key or f.name in self.hidden)]
        people = [
            f"{f.name}__public_id" for f in fields if f.related_model is User and f.name not in self.hidden
        ]
        return [*plain, *people, *self.plus]


PROJECT = ("project__public_id", "project__title")
ENGAGEMENT, PAID_FOR = ("engagement__public_id",), ("engagement__public_id", "more_work__number")
PART = ("deliverable__engagement__public_id", "deliverable__number")
OF_HOLD = ("hold__engagement__student", "hold__engagement__offered_by")
STATE, ROW = ("version",), ("row__public_id",)
QUEUE = ("lease_until", "next_try_at", "attempts", "last_error")  # of our own work, not of anybody's

TABLES = (
    Table("accounts.User", "Your account", ("pk",), hidden=("password",)),
    Table("account.EmailAddress", "Your e-mail addresses", ("user",)),
    Table("mfa.Authenticator", "Your passkeys and apps, without their secrets", ("user",), hidden=("data",)),
    Table("socialaccount.SocialAccount", "Your account at Google", ("user",)),
    Table("usersessions.UserSession", "Where you are logged in", ("user",), hidden=("session_key", "data")),
    Table(
        "accounts.StudentProfile",
        "What you told as a student",
        ("user",),
        lists=("skills__name", "learning_goals__name", "industries__name", "job_roles__name"),
    ),
    Table("accounts.Membership", "Companies you act for or acted for", ("user",), plus=("company__name",)),
    Table(
        "accounts.MembershipTransition",
        "How your roles changed, and those that you changed",
        ("row__user", "by"),
        plus=("row__company__name",),
    ),
    Table(
        "accounts.Invitation", "Invitations that you sent", ("invited_by",), STATE, plus=("company__name",)
    ),
    Table("accounts.InvitationTransition", "What became of them", ("by",), plus=("row__public_id",)),
    Table("accounts.Block", "Whom you blocked", ("by",), plus=("company__name", "student__public_id")),
    Table(
        "accounts.CompanyProof",
        "How you showed who your company is",
        ("asked_by",),
        (*STATE, "token", "look_at"),
        plus=("company__name",),
    ),
    Table("accounts.CompanyProofTransition", "What became of it", ("by",), plus=("row__public_id",)),
    Table("accounts.ApiKey", "Keys of your programs", ("person",), hidden=("digest", "version")),
    Table("accounts.ApiKeyTransition", "What became of them", ("row__person",), plus=("row__public_id",)),
    Table("accounts.StaffRight", "Rights that you asked for as staff", ("person",), STATE),
    Table("accounts.StaffRightTransition", "What became of them", ("row__person", "by"), plus=ROW),
    Table("accounts.Viewing", "When moderators saw the site as you, or you as others", ("person", "by")),
    Table("accounts.Sanction", "Decisions about you", ("person", "appealed_by"), STATE),
    Table("accounts.SanctionTransition", "What became of them", ("row__person", "by")),
    Table("accounts.SecondStepReset", "When your second step was said to be lost", ("person",), STATE),
    Table("accounts.SecondStepResetTransition", "What became of that", ("row__person", "by")),
    Table(
        "kernel.SecondSignature", "What you asked a second person to sign", ("asked_by",), hidden=("email",)
    ),
    Table("accounts.DataExport", "Copies like this one", ("user",), hidden=("file", "lease_until")),
    Table("accounts.Deletion", "When you asked to be deleted", ("user",)),
    Table(
        "kernel.KeptAnswer", "What your programs were answered lately", ("person",), hidden=("fingerprint",)
    ),
    Table("kernel.Preference", "What you get by letter", ("person",)),
    Table("kernel.Letter", "Letters to you", ("to",), hidden=("key", *QUEUE)),
    Table("kernel.Notice", "Notices to you", ("recipient",), hidden=("key",)),
    Table("kernel.Digest", "Your daily letters", ("person",)),
    Table(
        "kernel.AuditEntry",
        "What staff did to your account, and what you did as staff",
        ("row_id",),
        hidden=("by", "row_id"),
    ),
    # A check for fraud is not told to whom it is about before it is decided; what is decided stands with the row.
    Table(
        "kernel.Case",
        "What you decided as a moderator",
        ("closed_by", "claimed_by"),
        hidden=("people", "company_ids", "row_id", "words", "claimed_by", "closed_by"),
    ),
    Table(
        "admin.LogEntry",
        "What you did in the administration",
        ("user",),
        hidden=("object_id", "object_repr"),  # which name others
    ),
    Table(
        "projects.Project",
        "Projects that you posted",
        ("posted_by",),
        hidden=("search", "version"),
        plus=("company__name", "industry__name", "job_role__name"),
    ),
    Table("projects.ProjectTransition", "What you did to projects", ("by",), plus=("row__public_id",)),
    Table("projects.ProjectEdit", "Changes that you proposed", ("proposed_by",), STATE, plus=PROJECT),
    Table("projects.ProjectEditTransition", "What you did to changes", ("by",), plus=("row__public_id",)),
    Table("projects.Pardon", "Pauses of posting that you lifted", ("by",), plus=("company__name",)),
    Table(
        "projects.Application", "Your applications and what became of them", ("student",), STATE, plus=PROJECT
    ),
    Table(
        "projects.ApplicationTransition",
        "Each step of your applications, and what you did to those of others",
        ("row__student", "by"),
        plus=("row__public_id",),
    ),
    Table(
        "projects.Flag",
        "What was noticed in your words",
        ("application__student", "submission__submitted_by", "review__by", "message__author", "author"),
        STATE,
    ),
    Table("projects.FlagTransition", "What you decided about such words", ("by",)),
    Table("projects.Report", "What you reported", ("reporter",), STATE),
    Table("projects.ReportTransition", "What you decided about reports", ("by",), plus=("row__public_id",)),
    Table("projects.Waiting", "Waiting lists that you are on", ("student",), hidden=("lot",), plus=PROJECT),
    Table(
        "projects.PublicQuestion",
        "Questions that you asked or answered in public",
        ("asker", "answered_by"),
        STATE,
        plus=PROJECT,
    ),
    Table(
        "projects.PublicQuestionTransition", "What you did to questions", ("by",), plus=("row__public_id",)
    ),
    Table(
        "projects.Engagement",
        "Work that you agreed on, with its terms",
        ("student", "offered_by"),
        STATE,
        plus=(*PROJECT, "company__name"),
    ),
    Table(
        "projects.EngagementTransition",
        "Each step of that work",
        ("row__student", "by"),
        plus=("row__public_id",),
    ),
    Table(
        "projects.Deliverable",
        "The parts of your work",
        ("engagement__student", "engagement__offered_by"),
        STATE,
        plus=ENGAGEMENT,
    ),
    Table(
        "projects.DeliverableTransition",
        "Each step of those parts",
        ("row__engagement__student", "by"),
        plus=("row__engagement__public_id", "row__number"),
    ),
    Table("projects.Submission", "What you handed in", ("submitted_by",), plus=PART),
    Table(
        "projects.SubmissionFile",
        "Files that you handed in",
        ("submission__submitted_by",),
        hidden=("file",),
        plus=("submission__deliverable__engagement__public_id", "submission__number"),
    ),
    Table(
        "projects.Review",
        "What was said of your work, and what you said of the work of others",
        ("submission__submitted_by", "by"),
        plus=("submission__deliverable__engagement__public_id", "submission__number"),
    ),
    Table(
        "projects.Message",
        "Messages that you wrote, and those written to you as a student",
        ("author", "engagement__student"),
        hidden=("form_key",),
        plus=ENGAGEMENT,
    ),
    Table("projects.Reading", "How far you read messages", ("person",), hidden=("read_to",), plus=ENGAGEMENT),
    Table(
        "projects.PromisedMaterial",
        "Materials that you were promised or gave",
        ("engagement__student", "given_by"),
        plus=ENGAGEMENT,
    ),
    Table(
        "projects.MaterialFile",
        "Files that you gave as materials",
        ("promise__given_by", "project__posted_by"),
        hidden=("file",),
        plus=("project__public_id", "promise__engagement__public_id"),
    ),
    Table(
        "payments.Hold",
        "Money held for your work, or by your offers",
        ("engagement__student", "engagement__offered_by"),
        hidden=("version", "checkout_session", "payment_intent", "charge", "stripe_customer", "next_look_at"),
        plus=ENGAGEMENT,
    ),
    Table("payments.HoldTransition", "What you did to money held", ("by",), plus=("row__public_id",)),
    Table(
        "payments.Release",
        "Money on its way to you, or that you released",
        ("share__hold__engagement__student", "share__hold__engagement__offered_by"),
        plus=("share__hold__public_id", "share__deliverable__number"),
    ),
    Table(
        "payments.Award",
        "What somebody here decided about such money",
        ("share__hold__engagement__student", "share__hold__engagement__offered_by"),
        hidden=("by",),
        plus=("share__hold__public_id", "share__deliverable__number"),
    ),
    Table(
        "payments.FraudFinding",
        "What was found about money that you got",
        ("release__share__hold__engagement__student",),
        hidden=("by", "signed_by"),
    ),
    Table("payments.AwardTransition", "What you did to such decisions", ("by",), plus=("row__public_id",)),
    Table("payments.FraudFindingTransition", "What you did to findings", ("by",), plus=("row__public_id",)),
    Table("payments.LeavingPay", "Pay for leaving work", OF_HOLD, plus=("hold__public_id",)),
    Table(
        "payments.Refund",
        "Money given back of such work",
        ("share__hold__engagement__student", "share__hold__engagement__offered_by"),
        plus=("share__hold__public_id", "share__deliverable__number"),
    ),
    Table(
        "payments.Entry",
        "The lines of the ledger about such money; minus is credit",
        ("journal__hold_id",),
        plus=("journal__kind", "journal__occurred_at", "account__code"),
    ),
    Table("payments.FraudCheckTransition", "What you decided about checks for fraud", ("by",)),
    Table("payments.HandOver", "Stuck payments that you look after, or handed over", ("owner", "by")),
    Table("payments.Payee", "Your account for being paid", ("user",)),
    Table(
        "payments.BankSeen", "Bank accounts that you were paid to, by a mark of Stripe’s", ("payee__user",)
    ),
    Table("payments.Payout", "What went on to your bank", ("payee__user",)),
    Table("payments.PaymentRequest", "Colleagues whom you asked to pay", ("asked_by",), plus=PAID_FOR),
    Table(
        "payments.MoreWork",
        "More work that was proposed to you, or by you",
        ("engagement__student", "proposed_by"),
        STATE,
        plus=ENGAGEMENT,
    ),
    Table("payments.MoreWorkTransition", "What you answered, or did with it", ("by",), plus=ROW),
)
