"""The dashboard shows each side what waits for it, in a constant number of queries."""

import pytest

from projects import applying
from tests import cast


@pytest.mark.django_db
def test_each_side_sees_what_waits_for_it(client, django_assert_max_num_queries):
    employer, student = cast.an_employer(), cast.a_student()
    project = cast.an_open_project(employer)
    answers = ["I did this in a course."] * len(project.questions)
    now = project.published_at
    applying.apply(project, by=student, at=now, motivation="I want to learn it.", answers=answers)

    client.force_login(employer)
    client.get("/dashboard/")  # the first look of a session is noted
    with django_assert_max_num_queries(12):
        page = client.get("/dashboard/").content.decode()
    assert "1 waiting for your answer" in page

    client.force_login(student)
    page = client.get("/dashboard/").content.decode()
    assert project.title in page
    assert "New" in page
    client.post("/notices/read/")
    assert "<span>New</span>" not in client.get("/dashboard/").content.decode()


@pytest.mark.django_db
def test_a_visitor_is_asked_to_log_in(client):
    assert client.get("/dashboard/").status_code == 302
