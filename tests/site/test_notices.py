"""The list of notices: mine, newest first, unread marked, in a constant number of queries; the count in the menu."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from marketplace.kernel import notices
from marketplace.kernel.models import Notice
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return cast.a_student()


def told(person, count, *, path="/projects/"):
    now = timezone.now()
    return Notice.objects.bulk_create(
        Notice(
            key=f"{person.pk}-{n}-{path}",
            recipient=person,
            text=f"News <b>{n}</b>",
            path=path,
            created_at=now - timedelta(minutes=n // 2),
        )
        for n in range(count)
    )


def test_pages_go_on_where_the_last_one_ended(client, person):
    told(person, 45)
    client.force_login(person)

    seen, address = [], "/notices/"
    while address:
        context = client.get(address).context
        seen += [row.pk for row in context["rows"]]
        address = context["older"] and f"/notices/{context['older']}"

    assert seen == list(Notice.objects.visible_to(person).newest_first().values_list("pk", flat=True))
    assert len(set(seen)) == 45


def test_the_number_of_queries_does_not_grow(client, person, django_assert_num_queries):
    client.force_login(person)
    client.get("/notices/")
    for count in (1, 19):
        told(person, count, path=f"/{count}/")
        with django_assert_num_queries(4):
            client.get("/notices/")


def test_names_in_them_are_no_html_and_a_strange_key_starts_from_the_front(client, person):
    told(person, 3)
    client.force_login(person)

    page = client.get("/notices/?before=%27;--").content.decode()

    assert page.count("News &lt;b&gt;") == 3


def test_opening_one_leads_to_its_page_and_marks_it_read(client, person):
    first, second = told(person, 2)
    client.force_login(person)

    assert client.get(f"/notices/{first.pk}/").url == "/projects/"

    first.refresh_from_db()
    second.refresh_from_db()
    assert (bool(first.read_at), bool(second.read_at)) == (True, False)


def test_nobody_opens_or_reads_those_of_others(client, person):
    (notice,) = told(person, 1)
    client.force_login(cast.another_student())

    assert client.get(f"/notices/{notice.pk}/").status_code == 404
    client.post("/notices/read/")

    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_can_be_marked_as_read(client, person):
    told(person, 3)
    client.force_login(person)
    assert "Mark all as read" in client.get("/notices/").content.decode()

    page = client.post("/notices/read/", follow=True).content.decode()

    assert "<span>New</span>" not in page
    assert "Mark all as read" not in page
    assert "new notice" not in page


class TestTheCountInTheMenu:
    def test_says_how_many_are_new_and_at_most_99(self, client, person):
        told(person, 120)
        client.force_login(person)

        assert ", 99 new notices" in client.get("/projects/").content.decode()

    def test_costs_a_visitor_nothing(self, client, person, monkeypatch):
        told(person, 3)
        page = client.get("/projects/").content.decode()
        assert "new notice" not in page

        monkeypatch.setattr(notices.Notice, "objects", None)
        assert client.get("/projects/").status_code == 200

    def test_is_asked_once_in_half_a_minute(self, person, django_assert_num_queries):
        told(person, 2)
        cache.clear()
        with django_assert_num_queries(1):
            assert [notices.unread_count(person) for _ in range(3)] == [2, 2, 2]
        notices.mark_read(person, at=timezone.now())
        assert notices.unread_count(person) == 0


def test_an_empty_list_says_why(client, person):
    Notice.objects.all().delete()
    client.force_login(person)

    assert "Nothing to tell you yet" in client.get("/notices/").content.decode()


def test_a_visitor_is_asked_to_log_in(client):
    for address in ("/notices/", "/notices/1/", "/accounts/letters/"):
        assert client.get(address).status_code == 302
