"""Projects that end in silence: counted in public, and too many of them pause posting."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts import onboarding
from accounts.models import Company, Industry, Membership
from marketplace.kernel.models import Letter
from projects import closing, pardoning, posting, selecting, silence
from projects.models import Application, Pardon
from tests import cast
from tests.boards import stands_on

DAY = timedelta(days=1)
NOW = timezone.now()


def a_silent_project(employer, *, ended=30 * DAY, moderator=None):
    """Its date passed so long ago, when somebody had no answer."""
    at = NOW - ended - 11 * DAY
    project = cast.an_open_project(employer, at=at, moderator=moderator)
    cast.an_application(cast.a_student(at=at), project, at=at)
    closing.close_unanswered(project, at=project.answer_by_at)
    return project


def an_old_employer():
    return cast.an_employer(at=NOW - 400 * DAY)


def a_paused_employer():
    employer = an_old_employer()
    for ended in (30 * DAY, 60 * DAY):
        a_silent_project(employer, ended=ended)
    return employer


pytestmark = stands_on(a_paused_employer)


@pytest.fixture
def paused(board):
    return board


@pytest.fixture
def employer(board):
    return board


def send(employer, *, at=NOW):
    return posting.send_to_moderation(cast.a_draft(employer), by=employer, at=at)


class TestTheSecondSilentProject:
    def test_pauses_posting_until_the_older_one_is_out_of_sight(self, paused):
        pause = silence.pause_of(cast.company_of(paused), at=NOW)
        with pytest.raises(silence.PostingPaused, match="in the last 180 days 2 projects"):
            send(paused)

        assert send(paused, at=pause.until + DAY).status == "in_moderation"

    @stands_on(an_old_employer)
    def test_the_first_alone_pauses_nothing(self, employer):
        a_silent_project(employer)
        assert send(employer).status == "in_moderation"

    @stands_on(an_old_employer)
    def test_two_applicants_of_one_project_are_one(self, employer):
        project = cast.an_open_project(employer, at=NOW - 40 * DAY)
        for _ in range(2):
            cast.an_application(cast.a_student(at=project.published_at), project, at=project.published_at)
        closing.close_unanswered(project, at=project.answer_by_at)
        assert send(employer).status == "in_moderation"

    @stands_on(an_old_employer)
    def test_what_is_longer_ago_counts_no_more(self, employer):
        for ended in (30 * DAY, 181 * DAY):
            a_silent_project(employer, ended=ended)
        assert send(employer).status == "in_moderation"

    def test_the_company_hears_so_at_once(self, paused):
        letters = Letter.objects.filter(template="projects/posting_paused", to=paused)
        assert len(letters) == 1

    def test_asking_again_and_a_late_no_undo_nothing(self, paused):
        Application.objects.update(status="declined", decline_reason="skills")
        with pytest.raises(silence.PostingPaused):
            send(paused)


class TestWhomElseItPauses:
    def another(self, employer=None, website=""):
        """A second company: of the same owner, or of somebody else."""
        person = employer or cast.a_person("Ida Brandt")
        industry = Industry.objects.first()
        company = onboarding.found_company(person, name="Second", industry=industry, country="CA", at=NOW)
        Company.objects.filter(pk=company.pk).update(website=website)
        return Company.objects.get(pk=company.pk)

    def test_another_company_of_its_owner(self, paused):
        assert silence.pause_of(self.another(paused), at=NOW)

    def test_that_of_a_former_owner(self, paused):
        Membership.objects.update(left_at=NOW)
        assert silence.pause_of(self.another(paused), at=NOW)

    @pytest.mark.parametrize(
        ("one", "other", "pauses"),
        [
            ("https://maple.example/", "http://www.Maple.example/en/jobs", True),
            ("https://maple.example", "https://maple.example.org", False),
            ("https://maple.example.org", "https://maple.example", False),
            ("https://www.linkedin.com/company/a", "https://linkedin.com/company/b", False),
            ("", "", False),
        ],
    )
    def test_a_company_at_the_same_site(self, paused, one, other, pauses):
        Company.objects.update(website=one)
        assert bool(silence.pause_of(self.another(website=other), at=NOW)) == pauses

    def test_nobody_else(self, paused):
        assert silence.pause_of(cast.company_of(cast.another_employer()), at=NOW) is None


class TestWhereTheyPost:
    def test_the_page_says_why_and_there_is_no_button(self, client, paused):
        draft = cast.a_draft(paused)
        client.force_login(paused)
        for path in ("/projects/new/", f"{draft.get_absolute_url()}summary/"):
            page = client.get(path).content.decode()
            assert "Posting is paused until" in page
            assert "Send for checking" not in page

    def test_a_click_that_is_too_late_is_answered_in_words(self, client, paused):
        draft = cast.a_draft(paused)
        client.force_login(paused)
        answer = client.post(f"{draft.get_absolute_url()}send/", {"version": draft.version})
        assert answer.status_code == 409
        assert "Posting is paused until" in answer.content.decode()


class TestAnOperatorLiftsIt:
    def lift(self, employer, *, by=None):
        by = by or cast.a_moderator()
        return pardoning.lift_pause(cast.company_of(employer), by=by, at=NOW, reason="Their mail was down.")

    def test_with_a_reason_on_a_page(self, client, paused):
        company, moderator = cast.company_of(paused), cast.a_moderator()
        client.force_login(moderator)
        address = f"{company.get_absolute_url()}pause/"
        assert address in client.get(company.get_absolute_url()).content.decode()
        assert client.post(address, {"reason": " "}).status_code == 422

        client.post(address, {"reason": "Their mail was down."})

        pardon = Pardon.objects.get()
        assert (pardon.company, pardon.by, pardon.reason) == (company, moderator, "Their mail was down.")
        assert send(paused).status == "in_moderation"
        assert "There is no pause" in client.get(address).content.decode()

    def test_what_happens_later_counts_anew(self, paused):
        self.lift(paused)
        Application.objects.update(unanswered_at=NOW + DAY)
        assert silence.pause_of(cast.company_of(paused), at=NOW + 2 * DAY)

    def test_but_not_for_a_company_of_ones_own(self, paused):
        paused.is_staff = True
        paused.save()
        with pytest.raises(pardoning.OwnPause):
            self.lift(paused, by=paused)

    def test_and_nobody_else_does(self, paused):
        with pytest.raises(PermissionDenied):
            self.lift(paused, by=paused)

    @stands_on(an_old_employer)
    def test_where_there_is_none_there_is_nothing_to_lift(self, employer):
        with pytest.raises(pardoning.NotPaused):
            self.lift(employer)


@stands_on(an_old_employer)
def test_the_count_is_public_with_the_project_and_with_the_company(client, employer):
    a_silent_project(employer)
    answered = cast.an_open_project(employer)
    application = cast.an_application(cast.a_student(), answered)
    selecting.decline(application, by=employer, at=NOW, reason="skills")
    a_silent_project(employer, ended=200 * DAY)

    for path in (answered.get_absolute_url(), cast.company_of(employer).get_absolute_url()):
        page = client.get(path).content.decode()
        assert "1 project in 180 days" in page
        assert "33 %" in page


class TestKin:
    @stands_on(an_old_employer)
    @pytest.mark.parametrize(
        ("website", "domain"),
        [
            ("https://WWW.Maple-Health.example/about?x=1", "maple-health.example"),
            ("http://maple-health.example:8080", "maple-health.example"),
            ("https://clinic.maple-health.example#top", "clinic.maple-health.example"),
            ("https://www.github.com@maple-health.example/", "maple-health.example"),
            ("", ""),
        ],
    )
    def test_the_database_reads_the_domain_as_the_company_does(self, employer, website, domain):
        company = cast.company_of(employer)
        Company.objects.filter(pk=company.pk).update(website=website)
        company.refresh_from_db()
        assert (company.site_domain, company.domain) == (domain, domain)

    @stands_on(an_old_employer)
    def test_by_their_site_are_found_by_an_index(self, employer):
        company = cast.company_of(employer)
        company.website = "https://maple-health.example"
        with connection.cursor() as cursor:  # so few rows are read faster one by one
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Company.objects.kin_of(company).explain()
        assert "company_site_domain" in plan
        assert "Seq Scan on accounts_company" not in plan
