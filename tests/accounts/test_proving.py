"""A company shows its e-mail domain and its site, or a registry number, and is proven by either."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts import proving, tasks
from accounts.models import Company, CompanyProof, Membership
from marketplace.kernel.models import AuditEntry, Case
from tests import cast
from tests.reading import the_letter

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def owner():
    person = cast.an_employer()
    Company.objects.update(website="https://www.maple.example/about")
    return person


@pytest.fixture
def company(owner):
    return cast.company_of(owner)


def with_address(person, email, *, verified=True):
    EmailAddress.objects.create(user=person, email=email, verified=verified)


def is_proven(company):
    return Company.objects.get(pk=company.pk).is_proven


def by_site(company, owner, text=None):
    proof = proving.begin_site(company, by=owner, at=NOW)
    return proving.note_look(proof, text=text or f"# ours\n{proof.token}\n", at=NOW)


def number_of(company, owner):
    return proving.tell_number(company, by=owner, at=NOW, registry=" Companies House, UK ", number="0123")


@pytest.mark.parametrize("email", ["sam@maple.example", "sam@mail.maple.example"])
def test_domain_and_site_together_prove_a_company(company, owner, email):
    with_address(owner, email)
    proving.prove_by_mail(company, by=owner, at=NOW)
    assert not is_proven(company)
    by_site(company, owner)
    assert is_proven(company)
    assert "the limit on what it may reserve at a time is gone" in the_letter(
        "accounts/company_proven", to=owner
    )


def test_the_site_alone_does_not(company, owner):
    assert by_site(company, owner).status == "shown"
    assert not is_proven(company)


@pytest.mark.parametrize(
    ("email", "verified"),
    [("sam@maple.example", False), ("sam@notmaple.example", True), ("sam@maple.example.org", True)],
)
def test_an_address_counts_only_confirmed_and_of_this_domain(company, owner, email, verified):
    with_address(owner, email, verified=verified)
    with pytest.raises(proving.NoAddressThere):
        proving.prove_by_mail(company, by=owner, at=NOW)


@pytest.mark.parametrize("website", ["", "https://linkedin.com/company/maple"])
def test_a_site_for_everybody_proves_nothing(company, owner, website):
    Company.objects.update(website=website)
    company.refresh_from_db()
    for prove in (proving.prove_by_mail, proving.begin_site):
        with pytest.raises(proving.NoDomain):
            prove(company, by=owner, at=NOW)


def test_what_was_shown_of_another_domain_counts_no_more(company, owner):
    with_address(owner, "sam@maple.example")
    proving.prove_by_mail(company, by=owner, at=NOW)
    Company.objects.update(website="https://birch.example")
    by_site(Company.objects.get(), owner)
    assert not is_proven(company)


def test_a_file_that_says_something_else_is_told_and_can_be_looked_at_again(company, owner):
    proof = by_site(company, owner, text="something else")
    assert (proof.status, proof.found) == ("waiting", "The file says something else.")
    with pytest.raises(proving.LookedJustNow):
        proving.ask_to_look(proof, by=owner, at=NOW + timedelta(seconds=5))
    later = NOW + timedelta(minutes=1)
    assert proving.ask_to_look(proof, by=owner, at=later).look_at == later
    with pytest.raises(proving.LookedJustNow):
        proving.ask_to_look(proof, by=owner, at=later + timedelta(minutes=1))


def test_the_worker_asks_only_public_servers(company, owner):
    Company.objects.update(website="https://localhost")
    proof = proving.begin_site(Company.objects.get(), by=owner, at=NOW)
    proving.ask_to_look(proof, by=owner, at=NOW)
    tasks.look_at_sites()
    proof.refresh_from_db()
    assert proof.found == "This name does not lead to a public server."
    assert proof.look_at is None


def test_a_number_waits_for_staff_who_confirm_it(company, owner):
    proof, moderator = number_of(company, owner), cast.a_moderator()
    assert (proof.registry, Case.objects.get().kind) == ("Companies House, UK", "company")
    assert number_of(company, owner) == proof
    proving.confirm_number(proof, by=moderator, at=NOW)
    assert is_proven(company)
    assert AuditEntry.objects.get().details == {"registry": "Companies House, UK", "number": "0123"}
    assert Case.objects.get().outcome == "confirmed"


def test_a_number_that_is_refused_may_be_followed_by_another(company, owner):
    proof = number_of(company, owner)
    no = {"codes": ["not_found"], "note": "Look at it once more."}
    proving.refuse_number(proof, by=cast.a_moderator(), at=NOW, **no)
    assert not is_proven(company)
    assert "0123 in Companies House, UK. The moderator wrote: > Look at it once more." in the_letter(
        "accounts/proof_refused", to=owner
    )
    assert number_of(company, owner) != proof


def test_nobody_confirms_the_number_of_their_own_company(company, owner):
    moderator, proof = cast.a_moderator(), number_of(company, owner)
    left = NOW - timedelta(days=300)
    Membership.objects.create(user=moderator, company=company, role="manager", joined_at=left, left_at=NOW)
    with pytest.raises(proving.ProvenByOwnMember):
        proving.confirm_number(proof, by=moderator, at=NOW)
    with pytest.raises(PermissionDenied):
        proving.confirm_number(proof, by=cast.a_student(), at=NOW)


def test_only_an_owner_begins(company):
    colleague = Membership.join(company, cast.a_person("Kim Ray"), role="manager", at=NOW).user
    for prove in (proving.prove_by_mail, proving.begin_site):
        with pytest.raises(PermissionDenied):
            prove(company, by=colleague, at=NOW)


def test_the_page_walks_through_the_three_ways(client, company, owner):
    client.force_login(owner)
    page = f"/companies/{company.slug}/proof/"
    assert b"$500.00" in client.get(page).content
    refused = client.post(page, {"way": "mail"})
    assert refused.status_code == 409
    assert b"ends in @maple.example" in refused.content
    with_address(owner, "sam@maple.example")
    client.post(page, {"way": "mail"})
    client.post(page, {"way": "site"})
    site = CompanyProof.objects.get(way="site")
    assert site.token in client.get(page).content.decode()
    client.post(page, {"way": "look"})
    assert b"We are looking." in client.get(page).content
    missing = client.post(page, {"way": "registry", "registry": "Companies House", "number": ""})
    assert missing.status_code == 422
    assert b"Companies House" in missing.content
    client.post(page, {"way": "registry", "registry": "Companies House", "number": "0123"})
    assert b"Being checked" in client.get(page).content
