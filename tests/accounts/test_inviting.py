"""Invitations: one letter, one use, some days; for whoever has shown that the address is theirs."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import inviting, staffing
from accounts.models import Invitation, Membership, User
from accounts.models.invitations import InvitationTransition
from marketplace.kernel import mail
from marketplace.kernel.models import Letter, Notice
from projects import selecting
from tests import cast
from tests.accounts.conftest import latest_code, sign_up
from tests.reading import the_letter

NOW = timezone.now()
DAY = timedelta(days=1)
ADDRESS = "kim@example.org"


@pytest.fixture
def employer(db):
    return cast.an_employer()


@pytest.fixture
def company(employer):
    return cast.company_of(employer)


@pytest.fixture
def invitation(employer, company):
    return inviting.invite(company, by=employer, at=NOW, email=" Kim@Example.org", role="manager")


def kim(name="Kim Ray"):
    return User.objects.create_verified_user(ADDRESS, name=name)


def accept(invitation, person, *, at=NOW, letter=1):
    return inviting.accept(invitation, by=person, at=at, letter=letter)


class TestTheLetter:
    def test_goes_out_once_to_somebody_without_an_account(self, invitation, mailoutbox):
        mail.deliver_waiting(at=NOW)
        mail.deliver_waiting(at=NOW)

        (letter,) = mailoutbox
        assert letter.to == [ADDRESS]
        assert f"/invitations/{invitation.token}/" in letter.body
        assert "List-Unsubscribe" not in letter.extra_headers
        assert "There is no account" in letter.body.replace("\n", " ")
        assert Notice.objects.count() == 0

    def test_is_a_notice_too_for_somebody_with_one(self, employer, company):
        person = kim()
        inviting.invite(company, by=employer, at=NOW, email=ADDRESS, role="owner")
        assert Notice.objects.get(recipient=person).text == "Sam Ode invites you to act for Maple Health"
        assert Letter.objects.get().to == person

    def test_that_was_taken_back_goes_out_no_more(self, invitation, employer, mailoutbox):
        inviting.take_back(invitation, by=employer, at=NOW)
        mail.deliver_waiting(at=NOW)
        assert mailoutbox == []

    def test_that_is_late_goes_out_no_more(self, invitation, mailoutbox):
        mail.deliver_waiting(at=invitation.expires_at + timedelta(seconds=1))
        assert mailoutbox == []

    def test_names_cannot_format_it(self, employer, company, mailoutbox):
        company.__class__.objects.update(name="<b>[x](https://evil.test)</b>")
        company.refresh_from_db()
        inviting.invite(company, by=employer, at=NOW, email=ADDRESS, role="manager")
        mail.deliver_waiting(at=NOW)
        assert 'href="https://evil.test' not in mailoutbox[0].alternatives[0][0]


class TestAccepting:
    def test_makes_a_member_with_the_promised_role_and_tells_the_owners(self, invitation, employer):
        membership = accept(invitation, kim())
        invitation.refresh_from_db()
        assert (membership.role, invitation.status) == ("manager", "accepted")
        assert [(row.from_status, row.to_status) for row in membership.history.all()] == [("", "manager")]
        assert Notice.objects.get(recipient=employer).text == "Kim Ray acts for Maple Health now"
        letter = the_letter("accounts/member_joined", to=employer)
        assert "Kim Ray accepted the invitation and is manager of Maple Health from now on." in letter

    def test_works_once(self, invitation):
        person = kim()
        membership = accept(invitation, person)
        membership.end(by=person, at=NOW)
        with pytest.raises(inviting.InvitationIsOver):
            accept(invitation, person)

    def test_ends_with_its_days(self, invitation, settings):
        end = NOW + timedelta(days=settings.INVITATION_DAYS)
        with pytest.raises(inviting.InvitationIsOver):
            accept(invitation, kim(), at=end)
        assert accept(invitation, User.objects.get(email=ADDRESS), at=end - timedelta(seconds=1))

    def test_is_for_the_verified_address_alone(self, invitation):
        other = cast.a_student()
        EmailAddress.objects.create(user=other, email=ADDRESS, verified=False)
        with pytest.raises(inviting.AnotherAddress):
            accept(invitation, other)
        EmailAddress.objects.filter(user=other).update(verified=True)
        assert accept(invitation, other)

    def test_is_refused_after_it_was_taken_back(self, invitation, employer):
        inviting.take_back(invitation, by=employer, at=NOW)
        with pytest.raises(inviting.InvitationIsOver):
            accept(invitation, kim())

    def test_is_refused_while_the_person_has_a_bid_there(self, employer, company):
        student = cast.a_student()
        application = cast.an_application(student, cast.an_open_project(employer))
        invitation = inviting.invite(company, by=employer, at=NOW, email=student.email, role="manager")
        with pytest.raises(inviting.WorksForThem):
            accept(invitation, student)
        selecting.decline(application, by=employer, at=NOW, reason="skills")
        assert accept(invitation, student)

    def test_of_who_acts_there_already_is_refused(self, invitation, company):
        person = kim()
        Membership.join(company, person, role="manager", at=NOW)
        with pytest.raises(inviting.ActsAlready):
            accept(invitation, person)


class TestSendingAgain:
    def test_makes_the_letter_before_void_and_gives_all_days_again(self, invitation, employer, mailoutbox):
        old = invitation.token
        again = inviting.send_again(invitation, by=employer, at=NOW + DAY)
        mail.deliver_waiting(at=NOW + DAY)

        assert Client().get(f"/invitations/{old}/").status_code == 410
        assert (again.letters, again.expires_at) == (2, invitation.expires_at + DAY)
        assert [again.token in letter.body for letter in mailoutbox] == [True]
        with pytest.raises(inviting.InvitationIsOver):
            accept(again, kim(), letter=1)
        assert accept(again, User.objects.get(email=ADDRESS), letter=2)

    def test_is_refused_once_it_was_accepted(self, invitation, employer):
        accept(invitation, kim())
        with pytest.raises(inviting.InvitationIsOver):
            inviting.send_again(invitation, by=employer, at=NOW)


class TestWhoMayInvite:
    def test_an_owner_alone(self, employer, company):
        Membership.objects.update(role="manager")
        with pytest.raises(PermissionDenied):
            inviting.invite(company, by=employer, at=NOW, email=ADDRESS, role="manager")

    def test_nobody_is_invited_twice_at_a_time(self, invitation, employer, company, settings):
        with pytest.raises(inviting.AlreadyInvited):
            inviting.invite(company, by=employer, at=NOW, email=ADDRESS, role="owner")
        later = invitation.expires_at
        inviting.invite(company, by=employer, at=later, email=ADDRESS, role="owner")
        assert list(Invitation.objects.order_by("pk").values_list("status", flat=True)) == [
            "revoked",
            "waiting",
        ]

    def test_a_member_is_not_invited(self, employer, company):
        with pytest.raises(inviting.ActsAlready):
            inviting.invite(company, by=employer, at=NOW, email=employer.email, role="owner")

    def test_the_database_keeps_one_that_waits(self, invitation):
        with pytest.raises(IntegrityError, match="invitation_one_waits"), transaction.atomic():
            Invitation.objects.create(
                company=invitation.company,
                email=ADDRESS,
                invited_by=invitation.invited_by,
                created_at=NOW,
                expires_at=NOW + DAY,
            )

    def test_a_company_sends_so_many_a_day_letters_sent_again_included(self, employer, company, settings):
        settings.INVITATIONS_A_DAY = 3
        first = inviting.invite(company, by=employer, at=NOW, email="a@example.org", role="manager")
        inviting.send_again(first, by=employer, at=NOW)
        inviting.take_back(first, by=employer, at=NOW)
        inviting.invite(company, by=employer, at=NOW, email="b@example.org", role="manager")
        with pytest.raises(inviting.TooManyInvitations):
            inviting.invite(company, by=employer, at=NOW, email="c@example.org", role="manager")
        assert inviting.invite(company, by=employer, at=NOW + DAY, email="c@example.org", role="manager")

    def test_one_address_gets_so_many_a_day_from_all_companies(self, invitation, settings):
        settings.INVITATIONS_TO_ONE_A_DAY = 1
        rival = cast.another_employer()
        with pytest.raises(inviting.TooManyInvitations):
            inviting.invite(cast.company_of(rival), by=rival, at=NOW, email=ADDRESS, role="manager")

    def test_an_invitation_ends_with_its_sender_being_an_owner(self, invitation, employer, company):
        second = cast.a_person("Second Owner")
        Membership.join(company, second, role="owner", at=NOW)
        staffing.leave(company, by=employer, at=NOW)
        with pytest.raises(inviting.InvitationIsOver):
            accept(invitation, kim())

    def test_each_step_has_its_row(self, invitation, employer):
        inviting.send_again(invitation, by=employer, at=NOW)
        inviting.take_back(invitation, by=employer, at=NOW)
        steps = InvitationTransition.objects.order_by("pk").values_list("from_status", "to_status", "by")
        assert list(steps) == [
            ("", "waiting", employer.pk),
            ("waiting", "waiting", employer.pk),
            ("waiting", "revoked", employer.pk),
        ]


class TestOnItsPage:
    def test_a_visitor_reads_it_and_is_led_to_the_log_in_and_back(self, invitation):
        address = f"/invitations/{invitation.token}/"
        client = Client()
        assert "Log in to accept" in client.get(address).content.decode()
        assert client.post(address).url == f"/accounts/login/?next={address.replace(':', '%3A')}"

    def test_somebody_new_accepts_before_they_are_asked_what_brings_them_here(self, invitation):
        client = Client()
        client.force_login(kim(name=""))
        assert client.post(f"/invitations/{invitation.token}/").url == "/accounts/profile/"
        assert Membership.objects.filter(user__email=ADDRESS).exists()

    def test_who_signs_up_from_it_comes_back_to_it(self, invitation, mailoutbox):
        client, address = Client(), f"/invitations/{invitation.token}/"
        sign_up(client, ADDRESS, next=address)
        answer = client.post("/accounts/confirm-email/", {"code": latest_code()})
        assert answer.url == address

    def test_a_token_that_was_changed_leads_nowhere(self, invitation):
        assert Client().get(f"/invitations/{invitation.token}x/").status_code == 404

    def test_another_account_is_told_whose_it_is(self, invitation):
        client = Client()
        client.force_login(cast.a_student())
        answer = client.post(f"/invitations/{invitation.token}/")
        assert answer.status_code == 409
        assert ADDRESS in answer.content.decode()

    def test_an_owner_sends_one_from_the_page_of_the_company(self, client, employer, company):
        client.force_login(employer)
        page = client.post(
            f"{company.get_absolute_url()}people/", {"email": ADDRESS, "role": "owner"}, follow=True
        )
        assert "A letter to kim@example.org is on its way." in page.content.decode()
        again = client.post(f"{company.get_absolute_url()}people/", {"email": ADDRESS, "role": "owner"})
        assert again.status_code == 422
        assert "is invited already" in again.content.decode()
