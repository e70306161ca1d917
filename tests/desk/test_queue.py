"""The one queue: what waits stands in it once, the most urgent first, and one person at a time is on it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership
from marketplace.kernel import casework
from marketplace.kernel.models import Case, Risk
from marketplace.site.desk import deciding
from projects import editing, moderating, posting
from projects.drafts import draft_of
from tests import cast


def waiting():
    return list(Case.objects.waiting().most_urgent_first(at=timezone.now()))


def change(project, **changes):
    draft = draft_of(project) | changes
    return editing.edit_project(project, by=project.posted_by, at=timezone.now(), **draft)


@pytest.mark.django_db
class TestWhatWaits:
    def test_a_project_waits_once_and_no_longer_when_it_is_decided(self):
        project, now = cast.a_project_in_moderation(), timezone.now()
        assert [(case.kind, case.row_id) for case in waiting()] == [("project", project.pk)]
        moderator = cast.a_moderator()
        moderating.refuse_project(project, by=moderator, at=now, codes=["unclear"], note="Say more.")
        assert (Case.objects.get().outcome, Case.objects.get().closed_by) == ("refused", moderator)
        posting.send_to_moderation(project, by=project.posted_by, at=now)
        assert len(waiting()) == 1
        posting.discard(project, by=project.posted_by, at=now)
        assert waiting() == []

    def test_a_change_waits_until_it_is_replaced_taken_back_or_decided(self):
        project = cast.an_open_project()
        first, second = (
            change(project, questions=["What did you build?"]),
            change(project, questions=["What did you run?"]),
        )
        assert [case.row_id for case in waiting()] == [second.pk]
        assert Case.objects.of("edit", first).get().outcome == "moot"
        moderating.pass_edit(second, by=cast.a_moderator(), at=timezone.now())
        third = change(project, questions=["What did you lead?"])
        editing.withdraw_edit(third, by=project.posted_by, at=timezone.now())
        assert waiting() == []

    def test_the_gravest_is_first_but_what_is_due_at_once_before_all(self):
        usual = cast.a_project_in_moderation()
        lures = cast.a_project_in_moderation(brief="Write to **sam@maple.example** first.")
        grave = cast.a_project_in_moderation(brief="Receive payments for us and forward parcels.")
        assert [case.row_id for case in waiting()] == [grave.pk, lures.pk, usual.pk]
        assert [case.risk for case in waiting()] == [Risk.GRAVE, Risk.HIGH, Risk.NORMAL]
        Case.objects.filter(row_id=usual.pk).update(due_at=timezone.now() + timedelta(hours=1))
        assert waiting()[0].row_id == usual.pk


@pytest.mark.django_db
class TestWhoIsOnIt:
    def test_nobody_else_takes_or_decides_it_until_the_lease_ends(self):
        project, (noor, eli) = cast.a_project_in_moderation(), (cast.a_moderator(), cast.a_moderator("Eli"))
        case = casework.claim(Case.objects.get(), by=noor)
        with pytest.raises(casework.ClaimedByAnother, match="Noor Haddad is on this"):
            casework.claim(case, by=eli)
        with pytest.raises(casework.ClaimedByAnother):
            moderating.pass_project(project, by=eli, at=timezone.now())
        assert deciding.take_next(by=eli, at=timezone.now()) is None
        Case.objects.update(claimed_until=Now())
        assert deciding.take_next(by=eli, at=timezone.now()) == case
        moderating.pass_project(project, by=eli, at=timezone.now())
        with pytest.raises(casework.CaseIsClosed):
            casework.claim(case, by=noor)

    @pytest.mark.parametrize(("days_ago", "sees"), [(None, False), (364, False), (366, True)])
    def test_nobody_is_given_a_case_of_a_company_they_belong_or_lately_belonged_to(self, days_ago, sees):
        project, moderator, now = cast.a_project_in_moderation(), cast.a_moderator(), timezone.now()
        left = days_ago and now - timedelta(days=days_ago)
        Membership.objects.create(
            user=moderator, company=project.company, role="manager", joined_at=now, left_at=left
        )
        assert (deciding.take_next(by=moderator, at=now) is not None) == sees

    def test_what_is_moot_goes_out_of_the_queue_on_the_way(self):
        project = cast.an_open_project()
        change(project, questions=["What did you build?"])
        posting.close_early(project, by=project.posted_by, at=timezone.now())
        later = cast.a_project_in_moderation()
        assert deciding.take_next(by=cast.a_moderator(), at=timezone.now()).row_id == later.pk
        assert Case.objects.get(kind="edit").outcome == "moot"


class TestTwoAtOnce:
    """Two moderators ask for work in the same moment, with two cases in the queue."""

    def asked_by_two(self, take):
        for _ in range(2):
            cast.a_project_in_moderation()
        moderators, meet = [cast.a_moderator("Noor"), cast.a_moderator("Eli")], Barrier(2, timeout=20)

        def one(moderator):
            try:
                return take(moderator, meet)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            return [case.pk for case in pool.map(one, moderators)]

    @pytest.mark.usefixtures("own_database")
    def test_each_gets_a_case_of_their_own(self):
        def by_the_rule(moderator, meet):
            meet.wait()
            return deciding.take_next(by=moderator, at=timezone.now())

        first, second = self.asked_by_two(by_the_rule)
        assert first != second

    @pytest.mark.usefixtures("own_database")
    def test_without_the_lock_both_would_get_the_same(self):
        def without_a_lock(moderator, meet):
            case = Case.objects.waiting().free_for(moderator).most_urgent_first(at=timezone.now()).first()
            meet.wait()
            Case.objects.filter(pk=case.pk).update(
                claimed_by=moderator, claimed_until=Now() + timedelta(minutes=1)
            )
            return case

        first, second = self.asked_by_two(without_a_lock)
        assert first == second

    @pytest.mark.usefixtures("own_database")
    def test_of_two_who_take_the_same_one_is_told(self):
        cast.a_project_in_moderation()
        case, meet = Case.objects.get(), Barrier(2, timeout=20)

        def one(moderator):
            try:
                meet.wait()
                return casework.claim(case, by=moderator).claimed_by_id == moderator.pk
            except casework.ClaimedByAnother:
                return False
            finally:
                connection.close()

        moderators = [cast.a_moderator("Noor"), cast.a_moderator("Eli")]
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(one, moderators)) == [False, True]
