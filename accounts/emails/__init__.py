"""One function per letter about a company and its people, or about an account; each goes out once, by its key."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.urls import reverse

from accounts.models import (
    ApiKey,
    Company,
    CompanyProof,
    DataExport,
    Deletion,
    Invitation,
    Membership,
    Sanction,
    StaffRight,
    User,
    Viewing,
)
from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Outsider, Topic


def invited(invitation: Invitation, *, at: datetime) -> None:
    """To the address: as a letter and a notice where somebody uses it here, else as a letter alone."""
    company = invitation.company
    about = About(
        path=reverse("accounts:invitation", args=[invitation.token]),
        action="See the invitation",
        why=f"{invitation.invited_by} of {company} invited this address",
        topic=Topic.TEAM,
    )
    known = User.objects.filter(email=invitation.email, is_active=True).first()
    mail.send_to(
        known or invitation.email,
        "accounts/invited",
        key=f"invited:{invitation.pk}:{invitation.letters}",
        at=at,
        about=about,
        not_after=invitation.expires_at,
        company=str(company),
        inviter=str(invitation.invited_by),
        role=invitation.get_role_display().lower(),
        address=invitation.email,
        expires=invitation.expires_at,
    )


def taken_back(invitation: Invitation, *, at: datetime) -> None:
    """Nobody is told: a letter that still waits goes out no more."""
    mail.tell_no_more(f"invited:{invitation.pk}:", at=at)


def joined(membership: Membership, *, at: datetime) -> None:
    to_owners("member_joined", membership, at=at, role=membership.get_role_display().lower())


def left(membership: Membership, *, at: datetime) -> None:
    to_owners("member_left", membership, at=at)


def role_changed(membership: Membership, *, by: User, at: datetime) -> None:
    role = membership.get_role_display().lower()
    to_member("role_changed", membership, by=by, at=at, path=people_path(membership.company), role=role)


def removed(membership: Membership, *, by: User, at: datetime) -> None:
    to_member("member_removed", membership, by=by, at=at, path=reverse("accounts:settings"))


def people_path(company: Company) -> str:
    return reverse("accounts:company_people", args=[company.slug])


def to_owners(template: str, membership: Membership, *, at: datetime, **context: Any) -> None:
    """Those who answer for the company hear who comes and goes, but not of themselves."""
    company = membership.company
    about = About(
        path=people_path(company),
        action="See who acts for it",
        why=f"you are an owner of {company}",
        topic=Topic.TEAM,
    )
    owners = User.objects.filter(
        pk__in=company.memberships.active().owners().values("user"), is_active=True
    ).exclude(pk=membership.user_id)
    for owner in owners:
        mail.send(
            f"accounts/{template}",
            to=owner,
            key=f"{template}:{membership.pk}",
            at=at,
            about=about,
            company=str(company),
            person=str(membership.user),
            **context,
        )


def to_member(
    template: str, membership: Membership, *, by: User, at: datetime, path: str, **context: Any
) -> None:
    company = membership.company
    about = About(
        path=path, action="See what you act for", why=f"you act or acted for {company}", topic=Topic.TEAM
    )
    mail.send(
        f"accounts/{template}",
        to=membership.user,
        key=f"{template}:{membership.pk}:{membership.history.count()}",
        at=at,
        about=about,
        company=str(company),
        owner=str(by),
        **context,
    )


def export_ready(export: DataExport, *, at: datetime) -> None:
    to_person("export_ready", export.user, key=f"export:{export.pk}", at=at, until=export.expires_at)


def export_failed(export: DataExport, *, at: datetime) -> None:
    to_person("export_failed", export.user, key=f"export-failed:{export.pk}", at=at)


def deletion_asked(deletion: Deletion, *, at: datetime) -> None:
    to_person(
        "deletion_asked",
        deletion.user,
        key=f"deletion:{deletion.pk}",
        at=at,
        page=("privacy", "Keep my account"),
        leaves=deletion.due_at,
    )


def deletion_cancelled(deletion: Deletion, *, at: datetime) -> None:
    to_person("deletion_cancelled", deletion.user, key=f"deletion-cancelled:{deletion.pk}", at=at)


def deletion_put_off(deletion: Deletion, *, at: datetime) -> None:
    to_person("deletion_put_off", deletion.user, key=f"deletion-put-off:{deletion.pk}", at=at)


def deleted(user: User, *, key: str, at: datetime) -> Callable[[], None]:
    """The goodbye, to be written once the account is no more: its words and address are taken before."""
    about = About(
        path="/", action="See the site", why="an account with this address was deleted", topic=Topic.ACCOUNT
    )
    to, person = Outsider(user.email), user.short_name
    return partial(mail.write, "accounts/deleted", to=to, key=key, at=at, about=about, person=person)


def key_made(key: ApiKey, *, at: datetime) -> None:
    """That a program can act in their name from now on: somebody else may have made it."""
    to_person(
        "key_made",
        key.person,
        key=f"api-key:{key.pk}",
        at=at,
        page=("accounts:api_keys", "See your keys"),
        key_name=key.name,
        may=key.scope_words,
        ends=key.expires_at,
    )


def right_asked_for(right: StaffRight, *, to: User, at: datetime) -> None:
    page = ("accounts:rights", "Grant or refuse it")
    told = {"person": str(right.person), "what": str(right), "reason": right.reason}
    to_person("right_asked_for", to, key=f"right:{right.pk}", at=at, page=page, **told)


def right_answered(right: StaffRight, *, at: datetime) -> None:
    page = ("accounts:rights", "See your rights")
    told = {"what": str(right), "answer": right.get_status_display().lower(), "ends": right.ends_at}
    to_person("right_answered", right.person, key=f"right-answered:{right.pk}", at=at, page=page, **told)


def was_viewed(viewing: Viewing, *, at: datetime) -> None:
    page = ("accounts:settings", "See who looked")
    to_person(
        "was_viewed", viewing.person, key=f"viewing:{viewing.pk}", at=at, page=page, reason=viewing.reason
    )


def to_person(
    template: str,
    user: User,
    *,
    key: str,
    at: datetime,
    page: tuple[str, str] = ("privacy", "See your data"),
    **context: Any,
) -> None:
    """About their own account and data; this cannot be switched off."""
    about = About(
        path=reverse(page[0]),
        action=page[1],
        why="it is about your account and your data",
        topic=Topic.ACCOUNT,
    )
    mail.send(f"accounts/{template}", to=user, key=key, at=at, about=about, **context)


def company_proven(company: Company, *, at: datetime) -> None:
    to_all_owners(
        "company_proven",
        company,
        key=f"company_proven:{company.pk}:{at.isoformat()}",
        at=at,
        path=company.get_absolute_url(),
        action="See the company’s page",
        topic=Topic.TEAM,
    )


def proof_refused(proof: CompanyProof, *, note: str, at: datetime) -> None:
    to_all_owners(
        "proof_refused",
        proof.company,
        key=f"proof_refused:{proof.pk}",
        at=at,
        path=reverse("accounts:proof", args=[proof.company.slug]),
        action="Show it in another way",
        topic=Topic.DECISIONS,
        registry=proof.registry,
        number=proof.number,
        note=note,
    )


def to_all_owners(
    template: str,
    company: Company,
    *,
    key: str,
    at: datetime,
    path: str,
    action: str,
    topic: Topic,
    **context: Any,
) -> None:
    about = About(path=path, action=action, why=f"you are an owner of {company}", topic=topic)
    for owner in User.objects.filter(pk__in=company.memberships.active().owners().values("user")):
        mail.send(
            f"accounts/{template}", to=owner, key=key, at=at, about=about, company=str(company), **context
        )


def sanctioned(sanction: Sanction, *, at: datetime) -> None:
    """To the person, or to those who answer for the company."""
    to_sanctioned(
        f"{sanction.level}_imposed", sanction, key=f"sanctioned:{sanction.pk}", at=at, note=sanction.note
    )


def appeal_decided(sanction: Sanction, *, note: str, at: datetime) -> None:
    name = "appeal_lifted" if sanction.status == Sanction.Status.LIFTED else "appeal_kept"
    to_sanctioned(name, sanction, key=f"appeal_decided:{sanction.pk}", at=at, note=note)


def to_sanctioned(template: str, sanction: Sanction, *, key: str, at: datetime, note: str) -> None:
    """A statement of reasons, and where to appeal: it cannot be switched off."""
    company = sanction.company
    owners: Any = company.memberships.active().owners().values("user") if company else [sanction.person_id]
    about = About(
        path=reverse("payments:decisions"),
        action="Read it, or appeal",
        why=f"you are an owner of {company}" if company else "it is about your account",
        topic=Topic.DECISIONS,
    )
    for reader in User.objects.filter(pk__in=owners):
        mail.send(
            f"accounts/{template}",
            to=reader,
            key=key,
            at=at,
            about=about,
            whom=str(company) if company else "your account",
            reasons=sanction.reasons,
            note=note,
            until=sanction.ends_at or "",
        )
