"""The list of projects: the whole search in the address, read kindly, in pages that never lose a row."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Industry, JobRole, Skill
from payments import offering
from projects import discovering, posting
from projects.discovering import Wish
from projects.models import Engagement, Project
from tests import cast, factories

LIST = "/projects/"
HTMX = {"HTTP_HX_REQUEST": "true"}
UNREADABLE = (
    "hours_min=ten",
    "hours_min=-3",
    "hours_max=99999999999999999999",
    "hours_min=20&hours_max=10",
    "pay_min=lots",
    "pay_min=99999999999",
    "industry=atlantis",
    "role=%27",
    "after=x",
    "after=x:y:z",
    "q=" + "x" * 300,
)
ODD_BUT_FINE = (
    "q=the",
    "q=%22%22",
    "q=%22unclosed",
    "q=-",
    "q=%21%26%7C%28%29%3A%2A",
    "q=a%27b",
    "q=or",
    "q=%F0%9F%98%80",
    "q=%ED%A0%80",
    "q=%5C",
    "q=a&q=b&industry=&industry=education",
    "unknown=1",
    "pay_min=0",
)


def titles(page):
    return [
        title.strip() for title in re.findall(r'<h3><a href="[^"]*">([^<]*)</a></h3>', page.content.decode())
    ]


def browse(client, **query):
    return titles(client.get(LIST, query))


def project(title, *, hours_ago=0, **changes):
    return cast.an_open_project(title=title, at=timezone.now() - timedelta(hours=hours_ago), **changes)


@pytest.mark.django_db
class TestTheList:
    def test_shows_what_is_open_newest_first(self, client):
        project("Older", hours_ago=5)
        project("Newer", hours_ago=1)
        cast.a_project_in_moderation(title="Waiting")
        paused = project("Paused")
        posting.pause(paused, by=paused.posted_by, at=timezone.now())
        assert browse(client) == ["Newer", "Older"]

    def test_finds_words_in_title_skills_and_brief(self, client):
        project("Interviews with riders")
        project("Something else", skills=list(Skill.objects.filter(slug="interviewing")))
        project("A third thing", brief="Hold an interview.", skills=list(Skill.objects.filter(slug="sql")))
        project("Nothing of it", brief="Tables.", skills=list(Skill.objects.filter(slug="sql")))
        assert set(browse(client, q="interview")) == {
            "Interviews with riders",
            "Something else",
            "A third thing",
        }

    def test_puts_title_and_skills_before_the_brief_then_the_newest(self, client):
        sql = list(Skill.objects.filter(slug="sql"))
        project("In the brief", brief="About leaflets.", skills=sql, hours_ago=1)
        project("Leaflets, new", brief="Plain.", skills=sql, hours_ago=2)
        project("Leaflets, old", brief="Plain.", skills=sql, hours_ago=9)
        assert browse(client, q="leaflets") == ["Leaflets, new", "Leaflets, old", "In the brief"]

    def test_narrows_by_industry_kind_of_work_hours_and_pay(self, client):
        law = Industry.objects.get(slug="law-and-public-affairs")
        design = JobRole.objects.get(slug="design")
        project("Wanted", industry=law, job_role=design, hours=10, fee_cents=30_000)
        project("Other industry", job_role=design, hours=10, fee_cents=30_000)
        project("Other kind", industry=law, hours=10, fee_cents=30_000)
        project("Too long", industry=law, job_role=design, hours=12, fee_cents=36_000)
        project("Too short", industry=law, job_role=design, hours=8, fee_cents=24_000)
        project("Pays less", industry=law, job_role=design, hours=10, fee_cents=29_999)
        query = {"industry": law.slug, "role": "design", "hours_min": "9", "hours_max": "11", "pay_min": "30"}
        assert browse(client, **query) == ["Wanted"]

    def test_keeps_the_search_in_its_fields(self, client):
        page = client.get(LIST, {"q": '<b>"x"', "industry": "education", "pay_min": "25.50"}).content.decode()
        assert 'value="&lt;b&gt;&quot;x&quot;"' in page
        assert '<option value="education" selected>' in page
        assert 'value="25.50"' in page

    def test_says_why_it_is_empty(self, client):
        assert b"No project is open right now" in client.get(LIST).content
        project("One")
        assert b"No open project fits all of this" in client.get(LIST, {"q": "zeppelin"}).content

    def test_overlooks_what_it_cannot_read_and_says_so(self, client):
        project("One", hours=20, fee_cents=60_000)
        for query in UNREADABLE:
            page = client.get(f"{LIST}?{query}")
            assert page.status_code == 200, query
            assert b"Part of this address was overlooked" in page.content, query
            assert titles(page) == ["One"], query

    def test_odd_words_are_only_words(self, client):
        for query in ODD_BUT_FINE:
            assert client.get(f"{LIST}?{query}").status_code == 200, query

    def test_a_nul_byte_is_refused_before_anything_looks_at_it(self, client):
        for name in ("q", "industry", "hours_min", "pay_min", "after"):
            assert client.get(f"{LIST}?{name}=a%00b").status_code == 400, name

    def test_htmx_gets_the_results_alone_and_the_shortest_address(self, client):
        project("One")
        page = client.get(LIST, {"q": "one", "industry": "", "hours_min": ""}, **HTMX)
        assert titles(page) == ["One"]
        assert b"<html" not in page.content
        assert page["HX-Push-Url"] == "/projects/?q=one"
        for answer in (page, client.get(LIST)):
            assert "HX-Request" in answer["Vary"]

    def test_a_page_restored_from_history_is_whole(self, client):
        page = client.get(LIST, **HTMX, HTTP_HX_HISTORY_RESTORE_REQUEST="true")
        assert b"<html" in page.content

    def test_only_looks(self, client):
        assert client.post(LIST).status_code == 405


@pytest.mark.django_db
class TestPages:
    def follow(self, client, query):
        """All titles, page by page, as one clicks through them."""
        address, found = f"{LIST}?{query}", []
        while address:
            page = client.get(address)
            found += titles(page)
            following = re.search(r'rel="next" href="([^"]*)"', page.content.decode())
            address = following and LIST + following[1].replace("&amp;", "&")
        return found

    def test_follow_each_other_without_a_gap_or_a_double(self, client):
        factories.many_open_projects(65)
        expected = list(Project.objects.open().newest_first().values_list("title", flat=True))
        assert self.follow(client, "") == expected

    def test_hold_with_equal_moments(self, client):
        factories.many_open_projects(45)
        Project.objects.update(published_at=timezone.now() - timedelta(minutes=1))
        assert sorted(self.follow(client, "")) == sorted(Project.objects.values_list("title", flat=True))

    def test_of_a_search_go_from_title_hits_to_the_others(self, client):
        factories.many_open_projects(150)
        Project.objects.filter(title__startswith="Word 1").update(brief="All about bicycles.")
        wanted = Project.objects.open().matching("bicycle").best_first().values_list("title", flat=True)
        found = self.follow(client, "q=bicycle")
        assert found == list(wanted)
        assert found[14].startswith("Bicycle")
        assert found[15].startswith("Word")
        assert len(found) > 60

    def test_are_not_shifted_by_what_opens_meanwhile(self, client):
        factories.many_open_projects(25)
        first = client.get(LIST)
        project("Brand new")
        following = re.search(r'rel="next" href="([^"]*)"', first.content.decode())[1].replace("&amp;", "&")
        assert not set(titles(first)) & set(titles(client.get(LIST + following)))

    def test_a_changed_place_is_overlooked(self, client):
        factories.many_open_projects(25)
        page = client.get(LIST)
        place = re.search(r'after=([^"]*)"', page.content.decode())[1].replace("%3A", ":")
        forged = place[:-1] + ("A" if place[-1] != "A" else "B")
        assert titles(client.get(LIST, {"after": forged})) == titles(page)

    def test_a_place_of_the_list_starts_a_search_from_the_front(self, client):
        factories.many_open_projects(45)
        place = re.search(r'after=([^"]*)"', client.get(LIST).content.decode())[1].replace("%3A", ":")
        assert browse(client, q="bicycle", after=place) == browse(client, q="bicycle")

    def test_count_to_a_thousand(self, client):
        factories.many_open_projects(1_010)
        assert "1,000+ open projects" in client.get(LIST).content.decode()
        assert "101 open projects that fit" in client.get(LIST, {"q": "bicycle"}).content.decode()


@pytest.mark.usefixtures("own_database")
class TestIndexes:
    """With some thousand rows and fresh statistics the planner takes the indexes by itself."""

    @pytest.fixture
    def plan(self, as_owner):
        factories.many_open_projects(2_000)
        rare = Project.objects.filter(industry__slug="education").exclude(title__endswith="0")
        rare.update(industry=Industry.objects.get(slug="law-and-public-affairs"))
        as_owner.execute("vacuum analyze projects_project")

        def plan(rows):
            sql, values = rows.query.sql_with_params()
            with connection.cursor() as cursor:
                cursor.execute(f"explain {sql}", values)
                return "\n".join(row[0] for row in cursor)

        return plan

    def test_carry_every_way_through_the_list(self, plan):
        wish, place = discovering.find, discovering.page_of(Wish(), size=20).end
        education = Industry.objects.get(slug="education").pk
        newest = wish(Wish()).newest_first()
        assert "project_open_newest" in plan(newest.for_cards()[:21])
        later = plan(newest.following(place).for_cards()[:21])
        assert "project_open_newest" in later
        assert "Index Cond: (published_at <=" in later
        narrowed = wish(Wish(industry=education)).newest_first()
        assert "project_open_industry" in plan(narrowed.for_cards()[:21])
        found = wish(Wish(words="bicycle")).best_first()
        assert "project_open_search" in plan(found.for_cards()[:21])
        waiting = Project.objects.in_moderation()
        assert "project_in_moderation" in plan(waiting[:50])


@pytest.mark.django_db
class TestSeatsLeft:
    def seats(self, client, project):
        pages = [client.get(path).content.decode() for path in (LIST, project.get_absolute_url())]
        told = [re.search(r"(\d of 3 (?:seats )?left|3 seats|<dd>3</dd>)", page)[1] for page in pages]
        api = client.get(f"/api/v1{project.get_absolute_url()}").json()
        return [*told, api["seats_left"]]

    def test_an_offer_takes_one_and_gives_it_back(self, client):
        project = cast.an_open_project(seats=3)
        application = cast.an_application(project=project)
        assert self.seats(client, project) == ["3 seats", "<dd>3</dd>", 3]
        engagement = offering.make_offer(application, by=project.posted_by, at=timezone.now())
        assert self.seats(client, project) == ["2 of 3 seats left", "2 of 3 left", 2]
        engagement.become(Engagement.Status.ABANDONED, by=None, at=timezone.now())
        assert self.seats(client, project) == ["3 seats", "<dd>3</dd>", 3]

    def test_a_single_seat_is_not_counted_down(self, client):
        application = cast.an_application()
        offering.make_offer(application, by=application.project.posted_by, at=timezone.now())
        assert "1 seat" in client.get(LIST).content.decode()
        assert "seats left" not in client.get(LIST).content.decode()
