"""Proving: a company shows control of its e-mail domain and its site, or a registry number that staff check.

PRODUCT.md: both domain and site, or the number, make a company proven. Before its projects open unseen it has to
finish one without trouble besides, which is a rule of projects.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts import emails
from accounts.models import Company, CompanyProof, User
from accounts.models.schools import domains_above
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.kernel.times import end_of_business_day
from marketplace.kernel.transactions import after_commit, locked, relock

Way, Status = CompanyProof.Way, CompanyProof.Status
BETWEEN_LOOKS = timedelta(seconds=30)


class NoDomain(RuleViolation):
    """A page on a site that everybody can have shows nothing."""

    code = "company_without_domain"

    def __init__(self) -> None:
        super().__init__("Name the company’s own site first: a page on a site for everybody proves nothing.")


class NoAddressThere(RuleViolation):
    """Nobody who acts for the company has a confirmed address in its domain."""

    code = "no_address_in_domain"

    def __init__(self, domain: str) -> None:
        super().__init__(
            f"None of your confirmed addresses ends in @{domain}. Add one in your settings, confirm it, and come back."
        )


class LookedJustNow(RuleViolation):
    """The site was looked at a moment ago."""

    code = "looked_just_now"

    def __init__(self) -> None:
        super().__init__("We looked a moment ago. Give it half a minute.")


class ProvenByOwnMember(RuleViolation):
    """Staff never decide about a company they belong or lately belonged to."""

    code = "own_company_proof"

    def __init__(self, company: Company) -> None:
        super().__init__(
            f"You act for {company} or did within the last 12 months. Somebody else has to decide."
        )


# What the company does


def prove_by_mail(company: Company, *, by: User, at: datetime) -> CompanyProof:
    """Show the e-mail domain by a confirmed address of an owner in it. Raises NoDomain, NoAddressThere."""
    with locked(company) as company:
        domain = domain_of(company, by)
        found = already(company, Way.MAIL, domain)
        if found is not None:
            return found
        if not has_address_in(domain, by):
            raise NoAddressThere(domain)
        proof = begin(company, Way.MAIL, by=by, at=at, domain=domain)
        accept(proof, company, by=by, at=at)
    return proof


def has_address_in(domain: str, person: User) -> bool:
    """The domain itself or one below it."""
    addresses = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return any(domain in domains_above(address) for address in addresses)


def begin_site(company: Company, *, by: User, at: datetime) -> CompanyProof:
    """Give the company the text that its site has to show. Raises NoDomain."""
    with locked(company) as company:
        domain = domain_of(company, by)
        found = already(company, Way.SITE, domain)
        return found or begin(company, Way.SITE, by=by, at=at, domain=domain, token=secrets.token_urlsafe(24))


def ask_to_look(proof: CompanyProof, *, by: User, at: datetime) -> CompanyProof:
    """The file is there: a worker looks. Raises LookedJustNow."""
    with locked(proof) as proof:
        proof.company.check_owner(by)
        if proof.look_at is not None or (proof.looked_at and at < proof.looked_at + BETWEEN_LOOKS):
            raise LookedJustNow
        if proof.status == Status.WAITING:
            proof.look_at = at
            proof.save(update_fields=["look_at"])
            after_commit("accounts.look_at_sites")
    return proof


def note_look(proof: CompanyProof, *, at: datetime, text: str = "", trouble: str = "") -> CompanyProof:
    """What a look brought: the file's text, or why there is none."""
    with locked(proof.company) as company:
        proof = relock(proof)
        if proof.status != Status.WAITING:
            return proof
        proof.look_at, proof.looked_at = None, at
        proof.found = trouble or ("" if proof.token in text.split() else "The file says something else.")
        proof.save(update_fields=["look_at", "looked_at", "found"])
        if not proof.found and proof.domain == company.domain:
            accept(proof, company, by=None, at=at)
    return proof


def tell_number(company: Company, *, by: User, at: datetime, registry: str, number: str) -> CompanyProof:
    """Name a public registry and the company's number in it; staff look it up."""
    with locked(company) as company:
        company.check_owner(by)
        found = already(company, Way.REGISTRY, "")
        if found is not None:
            return found
        proof = begin(company, Way.REGISTRY, by=by, at=at, registry=registry.strip(), number=number.strip())
        casework.put(
            Case.Kind.COMPANY,
            proof,
            words=str(proof),
            at=at,
            due_at=end_of_business_day(at, ZoneInfo(str(UTC)), days=settings.MODERATION_BUSINESS_DAYS),
            company_ids=[company.pk],
        )
    return proof


# What staff do


def confirm_number(
    proof: CompanyProof, *, by: User, at: datetime, version: int | None = None
) -> CompanyProof:
    """The registry knows this company. Raises ProvenByOwnMember, StalePage, InvalidTransition."""
    with locked(proof.company) as company:
        proof = checked_by_staff(proof, company, by=by, at=at, version=version)
        casework.settle(Case.Kind.COMPANY, proof, by=by, at=at, outcome="confirmed")
        auditing.record("proof_confirmed", proof, by=by, at=at, registry=proof.registry, number=proof.number)
        accept(proof, company, by=by, at=at)
    return proof


def refuse_number(
    proof: CompanyProof,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> CompanyProof:
    """It shows nothing; the company may name another. Raises ProvenByOwnMember, StalePage, InvalidTransition."""
    with locked(proof.company) as company:
        proof = checked_by_staff(proof, company, by=by, at=at, version=version)
        casework.settle(Case.Kind.COMPANY, proof, by=by, at=at, outcome="refused")
        proof.become(Status.REFUSED, by=by, at=at, reason=note, decided_at=at)
        auditing.record("proof_refused", proof, by=by, at=at, reason=note, codes=list(codes))
        emails.proof_refused(proof, note=note, at=at)
    return proof


# Steps


def checked_by_staff(
    proof: CompanyProof, company: Company, *, by: User, at: datetime, version: int | None
) -> CompanyProof:
    if not (by.is_staff and by.is_active):
        raise PermissionDenied
    if by.memberships.lately(at=at).filter(company=company).exists():
        raise ProvenByOwnMember(company)
    proof = relock(proof)
    proof.company = company
    proof.expect_version(version)
    return proof


def domain_of(company: Company, by: User) -> str:
    company.check_owner(by)
    if not company.domain:
        raise NoDomain
    return company.domain


def already(company: Company, way: str, domain: str) -> CompanyProof | None:
    return company.proofs.filter(way=way, domain=domain).exclude(status=Status.REFUSED).first()


def begin(company: Company, way: str, *, by: User, at: datetime, **shown: str) -> CompanyProof:
    return CompanyProof.objects.create(company=company, way=way, asked_by=by, asked_at=at, **shown)


def accept(proof: CompanyProof, company: Company, *, by: User | None, at: datetime) -> None:
    proof.become(Status.SHOWN, by=by, at=at, decided_at=at)
    make_proven(company, at=at)


def make_proven(company: Company, *, at: datetime) -> None:
    """Both the domain and the site, as the company names them today, or the number. The company is locked."""
    shown = company.proofs.shown()
    domains = [set(shown.filter(way=way).values_list("domain", flat=True)) for way in (Way.MAIL, Way.SITE)]
    by_both = company.domain and all(company.domain in known for known in domains)
    if not company.is_proven and (by_both or shown.filter(way=Way.REGISTRY).exists()):
        company.proven_at = at
        company.save(update_fields=["proven_at"])
        emails.company_proven(company, at=at)
