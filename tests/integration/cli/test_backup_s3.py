"""Backups in S3 (moto): an object appears whole or not at all, and is read as one version."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from cli.backups import collections, s3
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document, failing

BUCKET = "backups"
URL = f"s3://{BUCKET}/tenants/google.gz"  # whose name says nothing about its content
DOCUMENTS: list[Document] = [{"_id": n, "data": bytes(100_000)} for n in range(150)]


@pytest.fixture
def bucket() -> Iterator[Any]:
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    for stored in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=stored["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 1024 * 1024)  # the smallest that S3 takes


@pytest.fixture(autouse=True)
def google(databases: Databases) -> None:
    library.create("Google")
    databases.tenants["org_google"].insert_many(DOCUMENTS)


def test_round_trip(databases: Databases, bucket: Any) -> None:
    done = tenantry_json("backup", "google", "-o", URL)
    head = bucket.head_object(Bucket=BUCKET, Key="tenants/google.gz")
    assert head["ContentLength"] == done["bytes"]
    assert head["ETag"].endswith('-3"')  # parts
    tenantry_json("restore", URL, "--name", "Copy")
    assert list(databases.tenants["org_copy"].find().sort("_id", 1)) == DOCUMENTS
    databases.check_invariants()


def test_failed_backup_leaves_no_object_and_no_parts(databases: Databases, bucket: Any) -> None:
    with failing(databases.client, "getMore", closeConnection=True, appName="tenantry-cli"):
        assert tenantry("backup", "google", "-o", URL).exit_code == 2
    assert bucket.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


def test_object_that_is_replaced_between_check_and_load(
    databases: Databases, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenantry_json("backup", "google", "-o", URL)
    content = bucket.get_object(Bucket=BUCKET, Key="tenants/google.gz")["Body"].read()
    create = collections.create

    def replace_then_create(*arguments: Any) -> None:
        bucket.put_object(Bucket=BUCKET, Key="tenants/google.gz", Body=content)
        create(*arguments)

    monkeypatch.setattr(collections, "create", replace_then_create)
    before = databases.collections()
    result = tenantry("restore", URL, "--name", "Copy")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{URL} cannot be read: ")
    assert databases.collections() == before
    databases.check_invariants()


@pytest.mark.parametrize("url", [URL, "s3://nowhere/key", "s3://", "s3://backups", "s3://backups/"])
def test_places_that_cannot_be_used(databases: Databases, bucket: Any, url: str) -> None:
    result = tenantry("restore", url)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{url} cannot be read: ")
    assert result.stderr.count("\n") == 1
    if url != URL:
        result = tenantry("backup", "google", "-o", url)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{url} cannot be written: ")
        assert result.stderr.count("\n") == 1
