"""Files and links beside a project: put there while it is a draft, open to whoever sees the project."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments import supplying
from projects import attaching, editing, faults, filing, moderating, posting
from projects.drafts import draft_of
from projects.models import MaterialFile, Project
from tests import cast, stages
from tests.projects.test_posting_pages import typed

LINK = "https://maple-health.example/brand"


def a_file(name="figures.csv", content=b"one,two\n"):
    return SimpleUploadedFile(name, content)


def attach(project, *files, by=None):
    return attaching.attach(project, files or [a_file()], by=by or project.posted_by, at=timezone.now())


def opened(draft):
    sent = posting.send_to_moderation(draft, by=draft.posted_by, at=timezone.now())
    return moderating.pass_project(sent, by=cast.a_moderator(), at=timezone.now())


@pytest.fixture
def draft():
    return cast.a_draft()


def got(client, file):
    answer = client.get(file.get_absolute_url())
    if answer.streaming:
        answer.getvalue()  # a file is closed at its end
    return answer.status_code


@pytest.mark.django_db
class TestFiles:
    def test_are_open_to_whoever_sees_the_project(self, client, draft):
        attach(draft)
        file = MaterialFile.objects.get()
        assert got(client, file) == 404
        client.force_login(draft.posted_by)
        assert got(client, file) == 200
        client.logout()
        project = opened(draft)
        assert got(client, file) == 200
        assert "figures.csv" in client.get(project.get_absolute_url()).content.decode()
        told = client.get(f"/api/v1/projects/{project.public_id}/").json()["material_files"]
        about = {"url": file.get_absolute_url(), "name": "figures.csv", "size_bytes": 8}
        assert told == [{"public_id": file.public_id} | about]

    def test_are_checked_as_deliveries_are(self, draft):
        with pytest.raises(filing.UnsuitableFile):
            attach(draft, a_file("page.html", b"<script>"))

    def test_are_five_at_most(self, draft):
        attach(draft, *(a_file(f"{number}.csv") for number in range(5)))
        with pytest.raises(attaching.TooManyFiles):
            attach(draft)

    def test_stay_once_the_project_was_sent(self, draft):
        attach(draft)
        project = opened(draft)
        with pytest.raises(faults.NotEditable):
            attach(project)
        with pytest.raises(faults.NotEditable):
            attaching.detach(MaterialFile.objects.get(), by=project.posted_by)

    def test_are_the_companys_own_affair(self, draft):
        attach(draft)
        for stranger in (cast.another_employer(), cast.a_student()):
            with pytest.raises(PermissionDenied):
                attach(draft, by=stranger)
            with pytest.raises(PermissionDenied):
                attaching.detach(MaterialFile.objects.get(), by=stranger)

    def test_belong_to_one_thing(self, draft):
        attach(draft)
        with pytest.raises(IntegrityError, match="material_file_of_exactly_one"), transaction.atomic():
            MaterialFile.objects.update(project=None)

    def test_cost_one_query_however_many(self, client, draft, django_assert_num_queries):
        attach(draft)
        project = opened(draft)
        with django_assert_num_queries(3):
            assert len(Project.objects.with_all().get(pk=project.pk).material_files.all()) == 1


@pytest.mark.django_db
class TestACopyOfTheProject:
    def copy(self, project, by=None):
        return posting.duplicate(project, by=by or project.posted_by, at=timezone.now())

    def test_has_the_files_too_each_of_its_own(self, client, draft, django_capture_on_commit_callbacks):
        attach(draft, a_file(), a_file("more.csv", b"three\n"))
        project = opened(draft)

        copy = self.copy(project)

        rows, copies = (list(one.material_files.order_by("pk")) for one in (project, copy))
        known = ("name", "content_type", "size_bytes", "sha256")
        assert [[getattr(row, name) for name in known] for row in rows] == [
            [getattr(row, name) for name in known] for row in copies
        ]
        assert len({row.file.name for row in rows + copies} | {row.public_id for row in rows + copies}) == 8
        with copies[1].file.open() as file:
            assert file.read() == b"three\n"
        with django_capture_on_commit_callbacks(execute=True):
            attaching.detach(copies[0], by=project.posted_by)
        assert [got(client, row) for row in rows] == [200, 200]

    def test_shows_them_to_nobody_before_it_is_open_and_takes_more(self, client, draft):
        attach(draft)
        copy = self.copy(opened(draft))
        file = copy.material_files.get()
        assert got(client, file) == 404
        client.force_login(cast.another_employer())
        assert got(client, file) == 404
        assert attach(copy, a_file("more.csv")).material_files.count() == 2

    def test_is_made_with_the_same_number_of_queries(self, draft):
        counts = []
        for more in (1, 4):
            attach(draft, *(a_file(f"{more}-{number}.csv") for number in range(more)))
            with CaptureQueriesContext(connection) as found:
                self.copy(draft)
            counts.append(len(found))
        assert counts[0] == counts[1]

    def test_of_another_company_is_not_made(self, draft):
        attach(draft)
        project = opened(draft)
        with pytest.raises(PermissionDenied):
            self.copy(project, by=cast.another_employer())
        assert MaterialFile.objects.count() == 1


def test_what_was_handed_over_in_a_workroom_is_not_copied(sandbox):
    engagement = stages.under_way(sandbox, stages.paid_for(sandbox, promised_materials=["A list"]))
    given = {"by": engagement.offered_by, "at": timezone.now(), "files": [a_file()]}
    supplying.give_material(engagement.promised_materials.get(), **given)

    copy = posting.duplicate(engagement.project, by=engagement.offered_by, at=timezone.now())

    assert not copy.material_files.exists()


@pytest.mark.django_db
class TestThePage:
    def test_takes_files_and_gives_them_back(self, client, draft, django_capture_on_commit_callbacks):
        client.force_login(draft.posted_by)
        address = f"/projects/{draft.public_id}/materials/"
        assert client.post(address, {"files": [a_file(), a_file("more.csv")]}).url == address
        assert "more.csv" in client.get(address).content.decode()
        file = MaterialFile.objects.get(name="more.csv")
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"{file.get_absolute_url()}remove/")
        assert not file.file.storage.exists(file.file.name)
        assert MaterialFile.objects.get().name == "figures.csv"

    def test_says_what_is_wrong_beside_the_box(self, client, draft):
        client.force_login(draft.posted_by)
        address = f"/projects/{draft.public_id}/materials/"
        wrong = client.post(address, {"files": [a_file("page.html", b"<p>")]})
        empty = client.post(address, {})
        attach(draft, *(a_file(f"{number}.csv") for number in range(5)))
        full = client.post(address, {"files": [a_file()]})
        assert [wrong.status_code, empty.status_code, full.status_code] == [422, 422, 409]
        assert "At most 5 files can stand beside a project" in full.content.decode()


@pytest.mark.django_db
class TestLinks:
    def test_are_typed_line_by_line_and_shown(self, client, draft):
        client.force_login(draft.posted_by)
        client.post(f"/projects/{draft.public_id}/edit/", typed(draft, material_links=LINK, save="1"))
        project = opened(Project.objects.get())
        assert project.material_links == [LINK]
        assert f'href="{LINK}"' in client.get(project.get_absolute_url()).content.decode()

    @pytest.mark.parametrize("link", ["http://maple.example", "https://wa.me/123", "javascript:alert(1)"])
    def test_lead_to_public_https_sites_and_to_no_messenger(self, draft, link):
        found = faults.faults(draft_of(draft) | {"material_links": [link]})
        assert [fault.field for fault in found] == ["material_links"]

    def test_are_three_at_most(self, draft):
        found = faults.faults(draft_of(draft) | {"material_links": [LINK] * 4})
        assert "at most 3 links" in found[0].message

    def test_changed_ones_wait_for_a_moderator(self):
        project = cast.an_open_project()
        whole = draft_of(project) | {"material_links": [LINK]}
        edit = editing.edit_project(project, by=project.posted_by, at=timezone.now(), **whole)
        assert edit.status == "waiting"
        moderating.pass_edit(edit, by=cast.a_moderator(), at=timezone.now())
        assert Project.objects.get().material_links == [LINK]
