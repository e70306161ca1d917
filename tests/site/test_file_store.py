"""Uploads in a bucket of an S3 store instead of on disk: nothing else changes."""

from datetime import timedelta

import boto3
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from moto.server import ThreadedMotoServer

from marketplace.environment import Environment
from marketplace.site import files
from marketplace.site.backups import making, restoring
from projects import attaching, filing
from projects.models import MaterialFile
from projects.models.projects import MAX_MATERIAL_FILES
from tests import cast

PLAN = b"step,days\nread,2\n"
BUCKET = "uploads"


@pytest.fixture(scope="module")
def store():
    """The address of a store with an empty private bucket, as FILES_URL names it, and a client of it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host = "{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="a/secret+",
    )
    client.create_bucket(Bucket=BUCKET)
    yield f"s3+http://key:a%2Fsecret%2B@{host}/{BUCKET}?region=us-east-1", client
    client.close()
    server.stop()


@pytest.fixture
def bucket(store, settings, monkeypatch):
    """The site keeps its files there."""
    address, client = store
    monkeypatch.setenv("FILES_URL", address)
    backend = {"BACKEND": "storages.backends.s3.S3Storage"}
    options = Environment().store("FILES_URL") | settings.S3_OPTIONS
    settings.STORAGES = settings.STORAGES | {"default": backend | {"OPTIONS": options}}
    return client


@pytest.fixture
def material(db, bucket):
    project = cast.a_draft()
    given = [SimpleUploadedFile("plan.csv", PLAN)]
    attaching.attach(project, given, by=project.posted_by, at=timezone.now())
    return MaterialFile.objects.get()


def test_a_file_lies_in_the_bucket_and_comes_back_through_us_alone(client, bucket, material):
    [stored] = bucket.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert (stored["Key"], stored["Size"]) == (material.file.name, len(PLAN))
    [grant] = bucket.get_object_acl(Bucket=BUCKET, Key=stored["Key"])["Grants"]
    assert grant["Grantee"]["Type"] == "CanonicalUser"  # its owner; nobody else
    client.force_login(material.project.posted_by)
    answer = client.get(material.get_absolute_url())
    assert b"".join(answer.streaming_content) == PLAN
    assert answer["Content-Disposition"] == 'attachment; filename="plan.csv"'
    client.force_login(cast.another_student())
    assert client.get(material.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "s3://key:secret@host",
        "s3://host/bucket",
        "s3://key:secret@host/bucket/folder",
        "https://key:secret@host/bucket",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_being_repeated(monkeypatch, address):
    monkeypatch.setenv("FILES_URL", address)
    env = Environment()
    assert env.store("FILES_URL") == {}
    assert list(env.refused) == ["FILES_URL"]
    assert "key:secret@host/bucket/folder" not in env.refused["FILES_URL"]


def test_what_no_row_names_is_swept_out_of_the_bucket_after_a_day(bucket, material):
    plan = SimpleUploadedFile("plan.csv", PLAN)
    with filing.kept([plan], folder="submissions", at=timezone.now()) as [left]:
        pass  # as if the process had ended here
    bucket.put_object(Bucket=BUCKET, Key="backups/of-yesterday", Body=b"kept by somebody else")
    assert files.sweep(at=timezone.now() + timedelta(hours=23)) == 0
    assert files.sweep(at=timezone.now() + timedelta(hours=25)) >= 1  # and what tests before left
    keys = {one["Key"] for one in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert left["file"] not in keys
    assert {material.file.name, "backups/of-yesterday"} <= keys


def test_what_is_refused_leaves_nothing_in_the_bucket(bucket, material):
    many = [SimpleUploadedFile(f"plan-{n}.csv", PLAN) for n in range(MAX_MATERIAL_FILES)]
    before = bucket.list_objects_v2(Bucket=BUCKET)["KeyCount"]
    with pytest.raises(attaching.TooManyFiles):
        attaching.attach(material.project, many, by=material.project.posted_by, at=timezone.now())
    assert bucket.list_objects_v2(Bucket=BUCKET)["KeyCount"] == before


def test_a_backup_takes_files_out_of_the_bucket_and_puts_them_back(bucket, material, tmp_path):
    path = material.file.name
    expected = making.keep_one(default_storage, path, tmp_path)
    bucket.delete_object(Bucket=BUCKET, Key=path)
    restoring.put_back(tmp_path / path, path, expected, storage=default_storage)
    with material.file.open() as file:
        assert file.read() == PLAN
    bucket.delete_object(Bucket=BUCKET, Key=path)
    assert making.keep_one(default_storage, path, tmp_path / "again") == ""
