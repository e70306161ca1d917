"""What goes when a person is deleted, and what stays: ledger and terms keep their ids, nothing keeps a name.

`ERASED` and `KEPT` together name every table; a test holds to it, and another looks through the whole database.
"""

import json
import re
from datetime import date, datetime
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db.models import BinaryField, F, Func, IntegerField, Model, Q, TextField, Value
from django.db.models.functions import Cast

from accounts.models import ApiKey, DataExport, Invitation, StudentProfile, User
from marketplace.kernel.models import Case, Digest, KeptAnswer, Letter, Notice, Preference, SecondSignature
from payments.models import BankSeen, Operation, PaymentRequest, StripeEvent
from projects.models import Application, Engagement, Flag, Message, Reading, Waiting

NOBODY = "Deleted account"  # stands where a name stood
GONE = "(deleted)"
LONG_AGO = date(1900, 1, 1)
OF_A_STUDENT = ("skills", "learning_goals", "industries", "job_roles")


def erase(user: User, *, at: datetime) -> None:
    """Take everything personal out of every table. Call it in a transaction, on a locked row."""
    names = [known for known in {user.name, *addresses_of(user)} if known]
    invitations(user, at=at)
    companies(user, at=at)
    keys(user, at=at)
    for forget in (news, signatures, profile, bids, messages, copies, at_stripe, log_in):
        forget(user)
    for model, columns in NAMED_IN.items():
        forget_names(model, columns, names)
    unname(user)


def addresses_of(user: User) -> set[str]:
    known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {user.email, *known}


def log_in(user: User) -> None:
    """Sessions end at once, also in the cache."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in UserSession.objects.filter(user=user).values_list("session_key", flat=True):
        store(key).delete()
    for model in (UserSession, Authenticator, SocialAccount, EmailAddress):
        model.objects.filter(user=user).delete()


def keys(user: User, *, at: datetime) -> None:
    """A program opens nothing any more; the rows stay, as the acts of a key are in the history."""
    for key in ApiKey.objects.of(user).filter(status=ApiKey.Status.ACTIVE).select_for_update():
        key.become(ApiKey.Status.REVOKED, by=user, at=at, reason="the account was deleted")
    ApiKey.objects.of(user).update(name=GONE, beginning="")
    KeptAnswer.objects.filter(person=user).delete()


def signatures(user: User) -> None:
    """What a second person was told of them, when their second step was lost; that it was signed stays."""
    resets = user.second_step_resets.values("pk")
    asked = SecondSignature.objects.filter(kind=Case.Kind.RESET, row_id__in=resets)
    for key in asked.values_list("pk", flat=True):
        Letter.objects.filter(key__startswith=f"second_signature:{key}:").delete()
    asked.update(lines=[GONE])
    user.second_step_resets.update(reason=GONE)


def news(user: User) -> None:
    Letter.objects.filter(Q(to=user) | Q(address__in=addresses_of(user))).delete()
    Notice.objects.filter(recipient=user).delete()
    Digest.objects.filter(person=user).delete()
    Preference.objects.filter(person=user).delete()


def profile(user: User) -> None:
    """The row stays, empty: what others see of finished work asks for it."""
    for row in StudentProfile.objects.filter(user=user):
        for name in OF_A_STUDENT:
            getattr(row, name).clear()
        row.born_on, row.adult_on, row.school, row.country = LONG_AGO, LONG_AGO.replace(year=1918), GONE, ""
        row.goals, row.links, row.may_work_as, row.hours_a_week = "", [], [], 1
        row.shown_to, row.shows_work = StudentProfile.ShownTo.NOBODY, False
        row.save()


def companies(user: User, *, at: datetime) -> None:
    for membership in user.memberships.active().select_for_update():
        membership.end(by=user, at=at)


def invitations(user: User, *, at: datetime) -> None:
    for row in Invitation.objects.filter(email__in=addresses_of(user)).select_for_update():
        if row.status == Invitation.Status.WAITING:
            row.become(Invitation.Status.REVOKED, by=user, at=at, reason="the account was deleted")
        Invitation.objects.filter(pk=row.pk).update(email=f"{row.public_id}@deleted.invalid")
    PaymentRequest.objects.filter(email__in=addresses_of(user)).update(email="nobody@deleted.invalid")


def bids(user: User) -> None:
    """What was written for work that never came about; what led to work is part of its terms."""
    engaged = Engagement.objects.filter(student=user).exclude(status__in=Engagement.NEVER_OFFERED)
    alone = Application.objects.filter(student=user).exclude(pk__in=engaged.values("application"))
    Flag.objects.filter(application__in=alone).update(excerpts=[])
    alone.update(motivation=GONE, answers=[], decline_note="")
    Waiting.objects.filter(student=user).delete()


def messages(user: User) -> None:
    """What they wrote to the other side, and where a letter quoted it; what moderators were told of stays."""
    mine = Message.objects.filter(author=user)
    for engagement in Engagement.objects.filter(pk__in=mine.values("engagement")):
        for letter in Letter.objects.filter(key__startswith=f"messages:{engagement.pk}:"):
            letter.context["messages"] = []
            letter.save(update_fields=["context"])
    quiet = mine.exclude(pk__in=Message.objects.told_of().values("pk"))
    quiet.update(text=GONE)  # the one change that its guard allows
    Reading.objects.filter(person=user).delete()


def copies(user: User) -> None:
    """The bytes first: cut off before the rows, the next sweep finds them again."""
    for export in DataExport.objects.filter(user=user):
        if export.file:
            default_storage.delete(str(export.file.name))
    DataExport.objects.filter(user=user).delete()


def at_stripe(user: User) -> None:
    """What Stripe told of their account; what came of it stands in rows of ours."""
    payee = getattr(user, "payee", None)
    over = Operation.objects.filter(status__in=Operation.ENDS).annotate(sent=Cast("params", TextField()))
    told = StripeEvent.objects.exclude(status=StripeEvent.Status.NEW)
    BankSeen.objects.filter(payee__user=user).delete()
    if payee is not None and payee.stripe_account:
        told.filter(account=payee.stripe_account).update(payload=b"")
    for name in filter(None, {user.name, *addresses_of(user)}):
        over.filter(sent__contains=spelt(name)).update(params=None)  # the one change that its guard allows
        told.annotate(found=within("payload", name)).filter(found__gt=0).update(payload=b"")


def within(column: str, text: str) -> Func:
    """Where the text begins in a column of bytes, 0 where it is not."""
    sought = Value(text.encode(), output_field=BinaryField())
    return Func(F(column), sought, function="pg_catalog.position", output_field=IntegerField())


NAMED_IN: dict[type[Model], tuple[str, ...]] = {
    Letter: ("subject", "context"),
    Notice: ("text",),
    LogEntry: ("object_repr", "change_message"),
}


def forget_names(model: type[Model], columns: tuple[str, ...], names: list[str]) -> None:
    """Others were told of this person by name: the rows stay theirs, without it."""
    found = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))
    texts = {f"{column}_text": Cast(column, TextField()) for column in columns}
    spellings = {spelt(name) for name in names}
    anywhere = Q()
    for text in texts:
        for spelling in spellings:
            anywhere |= Q(**{f"{text}__contains": spelling})
    for row in model._base_manager.annotate(**texts).filter(anywhere):
        for column in columns:
            setattr(row, column, without(getattr(row, column), found))
        row.save(update_fields=columns)


def spelt(name: str) -> str:
    """As PostgreSQL writes it within JSON."""
    return json.dumps(name, ensure_ascii=False)[1:-1]


def without(value: Any, names: "re.Pattern[str]") -> Any:
    if isinstance(value, str):
        return names.sub(NOBODY, value)
    if isinstance(value, dict):
        return {name: without(part, names) for name, part in value.items()}
    return [without(part, names) for part in value] if isinstance(value, list) else value


def unname(user: User) -> None:
    user.email, user.name = f"{user.public_id}@deleted.invalid", NOBODY
    user.time_zone, user.last_login, user.is_active, user.leaves_at = "UTC", None, False, None
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


ERASED = {
    "accounts.User": "its row keeps ids and dates",
    "account.EmailAddress": "all",
    "account.EmailConfirmation": "with the address",
    "mfa.Authenticator": "all",
    "socialaccount.SocialAccount": "all",
    "usersessions.UserSession": "all, with the session itself",
    "sessions.Session": "all that can be found; the others are void, as the account is closed",
    "accounts.StudentProfile": "emptied",
    "accounts.Membership": "ended",
    "accounts.ApiKey": "revoked, and the name",
    "kernel.KeptAnswer": "all",
    "accounts.Invitation": "the address, and those that wait are taken back",
    "accounts.DataExport": "all, with the file",
    "kernel.Preference": "all",
    "kernel.Letter": "all to them; in those to others, the name",
    "kernel.Notice": "all to them; in those to others, the name",
    "kernel.Digest": "all",
    "admin.LogEntry": "the name",
    "projects.Application": "the words of those that led to no work",
    "projects.Flag": "what was quoted from those",
    "projects.Message": "the words, but of those that moderators looked at",
    "projects.Reading": "all",
    "projects.Waiting": "all",
    "payments.BankSeen": "all",
    "payments.Operation": "what was sent to Stripe, where it names them; ids and amounts stay",
    "accounts.SecondStepReset": "how they showed who they are",
    "kernel.SecondSignature": "what was told of them; that it was signed stays",
    "payments.PaymentRequest": "the address, where it is theirs",
    "payments.StripeEvent": "the words of those about their account or with their name",
}
WORDS = "words to choose from"
COMPANYS = "it belongs to the company, whoever wrote it"
HISTORY = "who did what when, by ids; the reasons are those of the act"
MONEY = "the books, by ids and amounts, which the law wants kept"
KEPT = {
    **dict.fromkeys(("accounts.Skill", "accounts.Industry", "accounts.JobRole"), WORDS),
    **dict.fromkeys(("accounts.School", "accounts.SchoolDomain"), WORDS),
    "socialaccount.SocialToken": "empty",
    "socialaccount.SocialApp": "empty",
    **dict.fromkeys(("auth.Group", "auth.Permission", "contenttypes.ContentType"), "of no person"),
    "accounts.Company": COMPANYS,
    "accounts.CompanyProof": COMPANYS,
    "accounts.CompanyProofTransition": HISTORY,
    "accounts.ApiKeyTransition": HISTORY,
    "accounts.Sanction": "what was decided for the safety of others, by ids",
    "accounts.SanctionTransition": HISTORY,
    "accounts.SecondStepResetTransition": HISTORY,
    "accounts.Block": "who did not want to meet whom, by ids",
    **dict.fromkeys(("accounts.StaffRight", "accounts.StaffRightTransition", "accounts.Viewing"), HISTORY),
    "accounts.Deletion": "that somebody was deleted, and when",
    "accounts.MembershipTransition": HISTORY,
    "accounts.InvitationTransition": HISTORY,
    "kernel.AuditEntry": "what staff did, by ids; nobody may change it",
    "kernel.Case": "what moderators decided, by ids",
    "kernel.Untold": "that people are to be told of something, by ids, until they are",
    **dict.fromkeys(("projects.Project", "projects.PlannedDeliverable", "projects.ProjectEdit"), COMPANYS),
    **dict.fromkeys(("projects.Pardon", "projects.MaterialFile", "projects.PromisedMaterial"), COMPANYS),
    "projects.ProjectTransition": HISTORY,
    "projects.ProjectEditTransition": HISTORY,
    "projects.ApplicationTransition": HISTORY,
    "projects.PublicQuestion": "shown without a name, and others rely on the answer",
    "projects.PublicQuestionTransition": HISTORY,
    "projects.FlagTransition": HISTORY,
    "projects.Report": "what moderators looked at, for the safety of others; by ids, with the words of the report",
    "projects.ReportTransition": HISTORY,
    "projects.Engagement": "the terms, by ids",
    "projects.EngagementTransition": HISTORY,
    "projects.Deliverable": "part of the terms",
    "projects.DeliverableTransition": HISTORY,
    "projects.Deadline": "clocks",
    "projects.Submission": "the work, which belongs to the company that paid for it",
    "projects.SubmissionFile": "the work, which belongs to the company that paid for it",
    "projects.Review": COMPANYS,
    "payments.Deadline": "clocks",
    "payments.MoreWork": "part of the terms, by ids",
    "payments.MoreWorkTransition": HISTORY,
    "payments.CardSeen": "cards of companies, without their numbers",
    "payments.FraudCheck": "what moderators looked at, by ids",
    "payments.FraudCheckTransition": HISTORY,
    **dict.fromkeys(("payments.Award", "payments.FraudFinding"), "what was decided about money, by ids"),
    **dict.fromkeys(("payments.AwardTransition", "payments.FraudFindingTransition"), HISTORY),
    "payments.Payout": MONEY,
    "payments.HandOver": "who of the staff looked after which operation, by ids",
    "payments.Alarm": "things that operators must look at, by ids",
    "payments.SendingStop": "when nothing was sent to Stripe",
    "payments.Job": "how far reconciling got",
    "payments.PayeeReading": "how far reconciling got, by ids",
    **dict.fromkeys(
        (f"payments.{name}" for name in ("BalanceTransaction", "ReconciliationRun", "BankPayout")), MONEY
    ),
    **dict.fromkeys(
        (f"payments.{name}" for name in ("Account", "Balance", "Journal", "Entry", "Seal")), MONEY
    ),
    **dict.fromkeys(
        (f"payments.{name}" for name in ("Hold", "HoldTransition", "Share", "Chargeback")), MONEY
    ),
    **dict.fromkeys((f"payments.{name}" for name in ("Release", "Refund", "LeavingPay", "Payee")), MONEY),
    "payments.OperationAttempt": MONEY,
}
