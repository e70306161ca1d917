"""Moderation: who decides, what opening starts, what a refusal says, and that two answers are one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import AuditEntry, Letter
from marketplace.kernel.states import InvalidTransition
from projects import cases, checking, moderating
from projects.drafts import Part
from projects.models import Deadline, Project
from tests import cast

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def letters(template):
    return Letter.objects.filter(template=f"projects/{template}")


def refuse(project, by, **options):
    answer = {"codes": ["unclear"], "note": "Say who takes part."} | options
    return moderating.refuse_project(project, by=by, at=timezone.now(), **answer)


@pytest.mark.django_db
class TestPassing:
    def test_opens_with_dates_in_the_zone_of_the_company(self):
        project = cast.an_open_project(cast.an_employer(time_zone="America/Toronto"), at=TUESDAY)
        assert project.published_at == TUESDAY
        assert project.applications_close_at == datetime(2026, 11, 30, 4, 59, 59, tzinfo=UTC)
        assert project.answer_by_at == datetime(2026, 12, 5, 4, 59, 59, tzinfo=UTC)

    def test_starts_three_clocks(self):
        project = cast.an_open_project(at=TUESDAY)
        clocks = dict(Deadline.objects.filter(project=project).values_list("kind", "due_at"))
        assert clocks == {
            "close_applications": project.applications_close_at,
            "answer_reminder": project.answer_by_at - timedelta(days=1),
            "answer_by": project.answer_by_at,
        }

    def test_tells_every_member_of_the_company(self):
        project = cast.a_project_in_moderation()
        colleague = cast.a_person("Ana Ruiz")
        Membership.objects.create(user=colleague, company=project.company, role="manager", joined_at=TUESDAY)
        moderating.pass_project(project, by=cast.a_moderator(), at=timezone.now())
        assert {letter.to for letter in letters("project_passed")} == {project.posted_by, colleague}

    @pytest.mark.parametrize("made", [cast.a_draft, cast.a_refused_project, cast.an_open_project])
    def test_only_what_waits(self, made):
        with pytest.raises(InvalidTransition):
            moderating.pass_project(made(), by=cast.a_moderator(), at=timezone.now())

    def test_not_from_an_old_page(self):
        project = cast.a_project_in_moderation()
        with pytest.raises(StalePage):
            moderating.pass_project(project, by=cast.a_moderator(), at=timezone.now(), version=1)


@pytest.mark.django_db
class TestRefusing:
    def test_gives_it_back_with_reasons(self):
        project = refuse(cast.a_project_in_moderation(), cast.a_moderator(), codes=["contact", "unclear"])
        assert project.status == Project.Status.REJECTED
        assert project.is_editable
        assert project.history.last().reason == "contact, unclear: Say who takes part."
        assert letters("project_refused").get().context["note"] == "Say who takes part."

    @pytest.mark.parametrize("answer", [{"codes": []}, {"note": "  "}, {"codes": ["because"]}])
    def test_needs_a_known_reason_and_a_note(self, answer):
        with pytest.raises(moderating.NoReason):
            refuse(cast.a_project_in_moderation(), cast.a_moderator(), **answer)


@pytest.mark.django_db
class TestWhoDecides:
    @pytest.mark.parametrize("person", [cast.a_student, cast.another_employer])
    def test_nobody_but_a_moderator(self, person):
        project, stranger = cast.a_project_in_moderation(), person()
        with pytest.raises(PermissionDenied):
            moderating.pass_project(project, by=stranger, at=timezone.now())
        with pytest.raises(PermissionDenied):
            refuse(project, stranger)

    @pytest.mark.parametrize(("days_ago", "may"), [(None, False), (364, False), (366, True)])
    def test_not_one_who_belongs_or_lately_belonged_to_the_company(self, days_ago, may):
        project, moderator, now = cast.a_project_in_moderation(), cast.a_moderator(), timezone.now()
        Membership.objects.create(
            user=moderator,
            company=project.company,
            role="manager",
            joined_at=now - timedelta(days=900),
            left_at=days_ago and now - timedelta(days=days_ago),
        )
        if may:
            moderating.pass_project(project, by=moderator, at=now)
        else:
            with pytest.raises(moderating.OwnProject):
                moderating.pass_project(project, by=moderator, at=now)


class TestTwoModeratorsAtOnce:
    """One passes, one refuses, in the same moment."""

    def answer_twice(self, answer):
        project = cast.a_project_in_moderation()
        moderators = [cast.a_moderator("Noor Haddad"), cast.a_moderator("Eli Stone")]
        meet = Barrier(2, timeout=20)

        def one(number):
            try:
                return answer(project, moderators[number], bool(number), meet)
            except InvalidTransition:
                return "too late"
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(one, range(2)))
        return Project.objects.get(pk=project.pk), answers

    @pytest.mark.usefixtures("own_database")
    def test_one_answer_counts_and_the_other_is_told(self):
        def by_the_rule(project, moderator, passes, meet):
            meet.wait()
            if passes:
                moderating.pass_project(project, by=moderator, at=timezone.now())
                return "passed"
            refuse(project, moderator)
            return "refused"

        project, answers = self.answer_twice(by_the_rule)

        assert answers in (["passed", "too late"], ["refused", "too late"])
        assert project.history.filter(from_status="in_moderation").count() == 1
        assert letters("project_passed").count() + letters("project_refused").count() == 1

    @pytest.mark.usefixtures("own_database")
    def test_without_the_lock_both_would_count(self):
        def without_a_lock(project, moderator, passes, meet):
            with transaction.atomic():
                row = Project.objects.get(pk=project.pk)
                meet.wait()  # both have read before either writes
                if passes:
                    later = timezone.now() + timedelta(days=1)
                    dates = {"applications_close_at": later, "answer_by_at": later + timedelta(days=1)}
                    row.become("open", by=moderator, at=timezone.now(), published_at=timezone.now(), **dates)
                else:
                    row.become("rejected", by=moderator, at=timezone.now())
            return "passed" if passes else "refused"

        project, answers = self.answer_twice(without_a_lock)

        assert answers == ["passed", "refused"]
        assert project.history.filter(from_status="in_moderation").count() == 2


@pytest.mark.django_db
class TestTheAutomaticLook:
    def codes(self, **changes):
        return {finding.code for finding in checking.findings(cast.a_draft(**changes))}

    def test_finds_nothing_in_the_templates(self):
        assert self.codes() == set()
        assert self.codes(template="usability-check", hours=20) == set()
        assert self.codes(template="survey-report", hours=12) == set()

    @pytest.mark.parametrize(
        "brief",
        [
            "Write to sam@maple.example first.",
            "See https://maple.example/brief for more.",
            "Call +1 (416) 555-0142 before you apply.",
            "We talk on WhatsApp.",
        ],
    )
    def test_finds_contact_data(self, brief):
        assert self.codes(brief=brief) == {"contact"}

    @pytest.mark.parametrize(
        "brief",
        [
            "Write my essay about Hume.",
            "You receive payments and forward them.",
            "Lend us your seller account.",
            "Write 40 five-star reviews.",
            "There is a registration fee of 20 dollars.",
            "Look after the children in the afternoon.",
            "Measure beams on a construction site.",
        ],
    )
    def test_finds_words_of_forbidden_work(self, brief):
        assert self.codes(brief=brief) == {"forbidden_work"}

    @pytest.mark.parametrize("question", ["Send a free sample first.", "Do this test task, please."])
    def test_finds_work_for_nothing(self, question):
        assert self.codes(questions=[question]) == {"free_work"}

    def test_finds_low_pay_and_full_weeks(self):
        assert self.codes(hours=10, fee_cents=22_999) == {"low_pay"}
        assert self.codes(hours=10, fee_cents=23_000) == set()
        parts = [Part("All", ["A.", "B.", "C."], 0, 7)]
        assert self.codes(hours=21, fee_cents=63_000, parts=parts) == {"busy_weeks"}
        assert self.codes(hours=20, fee_cents=60_000, parts=parts) == set()


@pytest.mark.django_db
class TestTheQueue:
    QUEUE = "/admin/projects/project/"

    @pytest.fixture
    def moderator(self, client):
        moderator = cast.a_moderator()
        client.force_login(moderator)
        return moderator

    def test_shows_what_waits_longest_first(self, client, moderator):
        now = timezone.now()
        newer = cast.a_project_in_moderation(title="Newer", at=now - timedelta(hours=1))
        older = cast.a_project_in_moderation(title="Older", at=now - timedelta(days=2))
        cast.an_open_project(title="Passed")
        page = client.get(self.QUEUE).content.decode()
        assert page.index(older.title) < page.index(newer.title)
        assert "Passed" not in page
        assert "Passed" in client.get(f"{self.QUEUE}?state=all").content.decode()

    def test_promises_the_next_business_day(self):
        friday = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
        project = cast.a_project_in_moderation(at=friday)
        assert cases.answer_due_at(project.sent_to_moderation_at) == datetime(
            2026, 11, 30, 23, 59, 59, tzinfo=UTC
        )

    def test_a_holiday_is_no_business_day(self, settings):
        settings.HOLIDAYS = frozenset([datetime(2026, 11, 30, tzinfo=UTC).date()])
        project = cast.a_project_in_moderation(at=datetime(2026, 11, 27, 18, 0, tzinfo=UTC))
        assert cases.answer_due_at(project.sent_to_moderation_at) == datetime(
            2026, 12, 1, 23, 59, 59, tzinfo=UTC
        )

    def test_shows_all_that_an_applicant_reads_and_what_was_found(self, client, moderator):
        project = cast.a_project_in_moderation(brief="Write to **sam@maple.example** first.")
        page = client.get(f"{self.QUEUE}{project.pk}/change/").content.decode()
        assert "<strong>sam@maple.example</strong>" in page
        assert "until the money is held" in page
        for part in project.parts:
            assert part.criteria[-1] in page
        assert "<style" not in page
        assert "style=" not in page

    def test_passing_leaves_a_row_in_both_histories(self, client, moderator):
        project = cast.a_project_in_moderation()
        answer = client.post(f"{self.QUEUE}{project.pk}/pass/", {"version": project.version})
        assert answer.status_code == 302
        assert Project.objects.get(pk=project.pk).status == Project.Status.OPEN
        assert project.history.last().by == moderator
        assert AuditEntry.objects.get(row_id=project.pk, act="project_passed").by == moderator

    def test_refusing_needs_a_reason_and_a_note(self, client, moderator):
        project = cast.a_project_in_moderation()
        address, version = f"{self.QUEUE}{project.pk}/refuse/", {"version": project.version}
        wrong = client.post(address, version | {"note": "Say more."})
        assert wrong.status_code == 422
        assert b"Say more." in wrong.content
        right = client.post(address, version | {"note": "Say more.", "codes": ["unclear", "other"]})
        assert right.status_code == 302
        assert Project.objects.get(pk=project.pk).rejection_codes == ["unclear", "other"]
        kept = AuditEntry.objects.get(row_id=project.pk, act="project_refused")
        assert (kept.reason, kept.details) == ("Say more.", {"codes": ["unclear", "other"]})

    def test_what_happened_is_told_in_the_words_people_know(self, client, moderator):
        project = cast.an_open_project()
        page = client.get(f"{self.QUEUE}{project.pk}/change/").content.decode()
        assert "Draft → Being checked" in page
        assert "Being checked → Open" in page
        assert "in_moderation" not in page

    def test_a_second_answer_is_told_so(self, client, moderator):
        project = cast.a_project_in_moderation()
        address, seen = f"{self.QUEUE}{project.pk}/pass/", {"version": project.version}
        client.post(address, seen)
        assert client.post(address, seen).status_code == 409

    def test_ones_own_company_is_for_another_moderator(self, client, moderator):
        project = cast.a_project_in_moderation()
        Membership.objects.create(
            user=moderator, company=project.company, role="owner", joined_at=timezone.now()
        )
        answer = client.post(f"{self.QUEUE}{project.pk}/pass/", {"version": project.version})
        assert answer.status_code == 409
        assert Project.objects.get(pk=project.pk).status == Project.Status.IN_MODERATION

    def test_nothing_can_be_typed_over(self, client, moderator):
        project = cast.a_project_in_moderation()
        client.post(f"{self.QUEUE}{project.pk}/change/", {"status": "open", "title": "Mine"})
        assert Project.objects.get(pk=project.pk).status == Project.Status.IN_MODERATION
        assert client.get(f"{self.QUEUE}add/").status_code == 403
        assert client.post(f"{self.QUEUE}{project.pk}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("who", [None, cast.a_student, cast.an_employer])
    def test_is_the_moderators_alone(self, client, who):
        project = cast.a_project_in_moderation(cast.another_employer())
        if who:
            client.force_login(who())
        for address in (self.QUEUE, f"{self.QUEUE}{project.pk}/change/"):
            assert client.get(address).status_code == 302
        assert client.post(f"{self.QUEUE}{project.pk}/pass/").status_code == 302
        assert Project.objects.get(pk=project.pk).status == Project.Status.IN_MODERATION

    def test_has_a_constant_number_of_queries(self, client, moderator, django_assert_max_num_queries):
        for _ in range(12):
            cast.a_project_in_moderation()
        with django_assert_max_num_queries(13):
            client.get(self.QUEUE)
