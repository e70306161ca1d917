"""Roles, removing and leaving; a company never loses its last owner, not even when two leave at once."""

from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts import inviting, staffing
from accounts.models import Invitation, Membership, User
from marketplace.kernel.models import Notice
from tests import cast
from tests.accounts.test_onboarding import race
from tests.reading import the_letter

NOW = timezone.now()
TEAM = "/companies/maple-health/people/"


def a_member(company, name, role):
    person = cast.a_person(name)
    return Membership.join(company, person, role=role, at=NOW)


@pytest.fixture
def owner(db):
    return cast.an_employer()


@pytest.fixture
def company(owner):
    return cast.company_of(owner)


@pytest.fixture
def first(owner):
    return owner.memberships.get()


@pytest.fixture
def manager(company):
    return a_member(company, "Kim Ray", "manager")


def told(membership):
    rows = Notice.objects.filter(recipient=membership.user).order_by("pk")
    return list(rows.values_list("text", flat=True))


def steps(membership):
    return list(membership.history.order_by("pk").values_list("from_status", "to_status"))


class TestRoles:
    def test_an_owner_makes_a_manager_an_owner_who_is_told(self, owner, manager):
        changed = staffing.change_role(manager, by=owner, at=NOW, role="owner")
        assert changed.role == "owner"
        assert told(manager) == ["You are owner of Maple Health now"]
        letter = the_letter("accounts/role_changed", to=manager.user)
        assert "Sam Ode made you owner of Maple Health." in letter
        assert steps(manager) == [("", "manager"), ("manager", "owner")]

    def test_the_same_role_again_changes_nothing(self, owner, manager):
        staffing.change_role(manager, by=owner, at=NOW, role="manager")
        assert (told(manager), len(steps(manager))) == ([], 1)

    def test_the_last_owner_stays_one(self, owner, first):
        with pytest.raises(staffing.LastOwner):
            staffing.change_role(first, by=owner, at=NOW, role="manager")

    def test_a_manager_changes_none(self, manager, first):
        with pytest.raises(PermissionDenied):
            staffing.change_role(first, by=manager.user, at=NOW, role="manager")

    def test_somebody_who_left_gets_none(self, owner, manager):
        staffing.leave(manager.company, by=manager.user, at=NOW)
        with pytest.raises(staffing.LeftAlready):
            staffing.change_role(manager, by=owner, at=NOW, role="owner")


class TestRemoving:
    def test_ends_what_they_see_and_they_are_told(self, client, owner, company, manager):
        project = cast.a_draft(owner)
        staffing.remove(manager, by=owner, at=NOW)
        client.force_login(User.objects.get(pk=manager.user_id))
        assert client.get(project.get_absolute_url()).status_code == 404
        assert told(manager) == ["You do not act for Maple Health any more"]
        letter = the_letter("accounts/member_removed", to=manager.user)
        assert "Sam Ode ended your membership of Maple Health." in letter
        assert steps(manager)[-1] == ("manager", "")

    def test_a_manager_removes_nobody(self, manager, first):
        with pytest.raises(PermissionDenied):
            staffing.remove(first, by=manager.user, at=NOW)

    def test_the_last_owner_is_not_removed(self, owner, first):
        with pytest.raises(staffing.LastOwner):
            staffing.remove(first, by=owner, at=NOW)

    def test_takes_back_what_they_had_promised(self, owner, company):
        second = a_member(company, "Second Owner", "owner")
        inviting.invite(company, by=second.user, at=NOW, email="x@example.org", role="owner")
        staffing.remove(second, by=owner, at=NOW)
        assert Invitation.objects.get().status == "revoked"


class TestLeaving:
    def test_is_free_for_a_manager_and_the_owners_are_told(self, owner, company, manager):
        staffing.leave(company, by=manager.user, at=NOW)
        manager.refresh_from_db()
        assert manager.left_at == NOW
        assert Notice.objects.get(recipient=owner).text == "Kim Ray left Maple Health"
        letter = the_letter("accounts/member_left", to=owner)
        assert "Kim Ray does not act for Maple Health any more." in letter
        assert "stay with the company" in letter
        assert told(manager) == []

    def test_is_refused_to_the_last_owner(self, owner, company, manager):
        with pytest.raises(staffing.LastOwner):
            staffing.leave(company, by=owner, at=NOW)

    def test_a_second_click_is_told_so(self, company, manager):
        staffing.leave(company, by=manager.user, at=NOW)
        with pytest.raises(staffing.LeftAlready):
            staffing.leave(company, by=manager.user, at=NOW)

    def test_an_owner_whose_account_is_closed_does_not_count(self, owner, company):
        second = a_member(company, "Second Owner", "owner")
        User.objects.filter(pk=second.user_id).update(is_active=False)
        with pytest.raises(staffing.LastOwner):
            staffing.leave(company, by=owner, at=NOW)


class TestTwoOwnersLeaveAtOnce:
    @pytest.fixture
    def owners(self, own_database):
        owner = cast.an_employer()
        company = cast.company_of(owner)
        return company, [owner, a_member(company, "Second Owner", "owner").user]

    def test_one_of_them_stays(self, owners):
        company, people = owners
        outcomes = race(
            *(lambda person=person: staffing.leave(company, by=person, at=NOW) for person in people)
        )
        assert sorted(type(one).__name__ for one in outcomes) == ["LastOwner", "Membership"]
        assert company.memberships.active().owners().count() == 1

    def test_the_second_waits_for_the_first_and_hears_that_they_are_the_last(self, owners):
        company, (one, two) = owners
        outcomes = []
        act = partial(staffing.leave, company, by=two, at=NOW)
        second = Thread(target=lambda: outcomes.extend(race(act)))
        with transaction.atomic():
            staffing.leave(company, by=one, at=NOW)
            second.start()
            second.join(0.7)  # without the lock they have left by now
        second.join(20)
        assert [type(outcome) for outcome in outcomes] == [staffing.LastOwner]
        assert company.memberships.active().owners().count() == 1

    def test_so_it_is_when_each_removes_the_other(self, owners):
        company, (one, two) = owners
        mine = {person.pk: person.memberships.get() for person in (one, two)}
        race(
            lambda: outcome_of(staffing.remove, mine[two.pk], by=one, at=NOW),
            lambda: outcome_of(staffing.remove, mine[one.pk], by=two, at=NOW),
        )
        assert company.memberships.active().owners().count() == 1

    def test_control_without_the_lock_both_are_gone(self, owners):
        """The same check and the same step, with both looking before either writes."""
        company, people = owners
        both_looked = Barrier(2, timeout=20)

        def unguarded(person):
            def act():
                with transaction.atomic():
                    membership = company.memberships.active().get(user=person)
                    staffing.keep_an_owner(company, membership)
                    both_looked.wait()
                    membership.end(by=person, at=NOW)

            return act

        race(*(unguarded(person) for person in people))
        assert company.memberships.active().owners().count() == 0


def outcome_of(act, *args, **named):
    """A person who was removed a moment before may not act any more: that is no error here."""
    try:
        return act(*args, **named)
    except PermissionDenied as refusal:
        return refusal


class TestOnThePage:
    def test_an_owner_has_the_buttons_and_a_manager_only_reads(self, client, owner, company, manager):
        client.force_login(owner)
        page = client.get(TEAM).content.decode()
        assert ("Make owner" in page, "Invite a colleague" in page) == (True, True)
        client.force_login(manager.user)
        page = client.get(TEAM).content.decode()
        assert ("Make " in page, "Invite a colleague" in page, "Leave Maple Health" in page) == (
            False,
            False,
            True,
        )

    def test_a_manager_who_posts_the_form_is_refused(self, client, manager):
        client.force_login(manager.user)
        assert client.post(TEAM, {"email": "x@example.org", "role": "owner"}).status_code == 403

    def test_a_role_that_does_not_exist_is_404(self, client, owner, manager):
        client.force_login(owner)
        assert client.post(f"{TEAM}{manager.pk}/role/", {"role": "king"}).status_code == 404

    def test_a_member_of_another_company_is_not_reached(self, client, owner):
        rival = cast.another_employer().memberships.get()
        client.force_login(owner)
        assert client.post(f"{TEAM}{rival.pk}/remove/").status_code == 404

    def test_the_last_owner_is_told_why_they_stay(self, client, owner):
        client.force_login(owner)
        answer = client.post("/companies/maple-health/leave/")
        assert answer.status_code == 409
        assert "Make somebody else an owner first" in answer.content.decode()

    def test_who_removes_themselves_lands_on_their_settings(self, client, owner, company, first):
        a_member(company, "Second Owner", "owner")
        client.force_login(owner)
        assert client.post(f"{TEAM}{first.pk}/remove/").url == "/accounts/settings/"


@pytest.mark.parametrize(("days", "known"), [(0, True), (364, True), (365, False)])
def test_former_colleagues_are_known_for_twelve_months(company, manager, days, known):
    staffing.leave(company, by=manager.user, at=NOW)
    assert manager.user.memberships.lately(at=NOW + timedelta(days=days)).exists() is known
