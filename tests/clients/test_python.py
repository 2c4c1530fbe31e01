"""The generated Python client against the deployed stack, and as the package that people install."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import pytest

from local.deployment import PROJECT
from tenantry_client import NotModified, Problem, Tenantry, pages
from tenantry_client.api import (
    accounts,
    api_keys,
    audit,
    documents,
    indexes,
    operator,
    organizations,
)
from tenantry_client.models import CreateIndex, CreateKey, CreateOrganization, IndexKey, UpdateOrganization
from tenantry_client.retries import Retries
from tests.e2e.http_service import unique
from tests.support.owners import PASSWORD

THREADS = 4
RATE = 12  # requests a minute of a key
REFILL_SECONDS = 5  # until there is one more


def created(tenantry: Tenantry) -> str:
    """Sign up, log in, and return the organization's slug."""
    name = unique("Google")
    email = f"{name.lower().replace(' ', '-')}@example.com"
    body = CreateOrganization(name=name, email=email, password=PASSWORD)
    slug = organizations.create_organization(tenantry, body=body).organization.slug
    tenantry.log_in(email, PASSWORD)
    return str(slug)


def test_story_of_an_organization(tenantry: Tenantry) -> None:
    slug = created(tenantry)
    inserted = documents.insert_documents(tenantry, slug, body=[{"n": n} for n in range(25)])
    assert {each["status"] for each in inserted["results"]} == {201}
    found = pages(documents.list_documents, tenantry, slug, sort="n", limit=10)
    assert [each["n"] for page in found for each in page.documents] == list(range(25))
    indexes.create_index(tenantry, slug, body=CreateIndex(name="by-n", keys=[IndexKey(field="n")]))
    assert "by-n" in [index.name for index in indexes.list_indexes(tenantry, slug).indexes]
    assert documents.count_documents(tenantry, slug, filter_='{"n":{"$lt":5}}').count == 5
    records = [record for page in pages(audit.list_audit, tenantry, slug, limit=2) for record in page.records]
    assert {"organization.created", "login.succeeded"} <= {record.action for record in records}
    seen = operator.get_organization_as_operator(tenantry, slug)
    assert [each.id for each in accounts.get_account(tenantry).organizations] == [seen.id]


def test_conditions_and_problems(tenantry: Tenantry) -> None:
    slug = created(tenantry)
    documents.put_document(tenantry, slug, "greeting", body={"text": "hello"})
    read = documents.get_document_response(tenantry, slug, "greeting")
    assert (read.parsed["text"], read.status_code) == ("hello", 200)
    with pytest.raises(NotModified):
        documents.get_document(tenantry, slug, "greeting", if_none_match=read.headers["ETag"])
    documents.patch_document(tenantry, slug, "greeting", body={"text": "bye"}, if_match=read.headers["ETag"])
    with pytest.raises(Problem) as told:
        documents.delete_document(tenantry, slug, "greeting", if_match=read.headers["ETag"])
    assert (told.value.status, told.value.code) == (412, "precondition-failed")
    renamed = organizations.update_organization(tenantry, slug, body=UpdateOrganization(metadata={"a": 1}))
    assert renamed.metadata["a"] == 1
    with pytest.raises(Problem) as told:
        organizations.get_organization(tenantry, "another")
    assert told.value.code == "organization-not-found"


def test_insert_with_a_key_is_done_once(tenantry: Tenantry) -> None:
    slug = created(tenantry)
    for _ in range(2):
        documents.insert_documents(tenantry, slug, body={"text": "once"}, idempotency_key="one")
    assert documents.count_documents(tenantry, slug).count == 1


def test_a_key_beyond_its_rate_waits_as_long_as_it_is_told(tenantry: Tenantry) -> None:
    slug = created(tenantry)
    wanted = CreateKey(name="Import", scopes=["documents:read"], requests_per_minute=RATE)
    key, waits = api_keys.create_key(tenantry, slug, body=wanted).key, list[float]()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(seconds)

    with Tenantry(str(tenantry.url), api_key=key, retries=Retries(sleep=wait)) as patient:
        while not waits:
            assert documents.count_documents(patient, slug).count == 0
    assert waits == [REFILL_SECONDS]
    waits.clear()
    with (
        Tenantry(str(tenantry.url), api_key=key, retries=Retries(2, sleep=waits.append)) as hasty,
        pytest.raises(Problem, match="The API key may send") as told,
    ):
        all(documents.count_documents(hasty, slug) for _ in range(10 * RATE))
    assert (told.value.status, told.value.code) == (429, "too-many-requests")
    assert (told.value.retry_after_seconds, told.value.content["limit"]) == (REFILL_SECONDS, RATE)
    assert set(waits) == {REFILL_SECONDS}


def test_login_goes_on_in_many_threads_and_ends(tenantry: Tenantry) -> None:
    slug = created(tenantry)
    tokens = tenantry.tokens
    assert tokens is not None
    kept = list[str]()
    url = str(tenantry.url)
    with Tenantry(url, refresh_token=tokens.refresh_token, on_refresh_token=kept.append) as following:
        with ThreadPoolExecutor(THREADS) as pool:
            counts = list(pool.map(lambda _: documents.count_documents(following, slug).count, range(8)))
        assert counts == [0] * 8
        assert len(kept) == 2, "the token that it began with, and one refresh for all threads"
        following.confirm(PASSWORD)
        assert documents.count_documents(following, slug).count == 0
        following.log_out()
        with pytest.raises(Problem, match="invalid-token"):
            documents.count_documents(following, slug)


def test_package_has_all_that_it_needs(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    build: list[str | Path] = [
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--offline",
        "--out-dir",
        tmp_path,
    ]
    subprocess.run([*build, "--python", sys.executable, PROJECT / "clients/python"], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    assert {"tenantry_client/py.typed", "tenantry_client/types.py"} <= names
    assert not [name for name in names if name.endswith(".jinja") or "generate" in name]
    story = "from tenantry_client.api import documents; print(documents.__file__)"
    command = [sys.executable, "-P", "-c", story]
    environment = {"PYTHONPATH": str(tmp_path / "installed")}
    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert run.stdout.startswith(str(tmp_path / "installed"))
