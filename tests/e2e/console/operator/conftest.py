"""The operator's console in a browser, on databases of its own: `tenantry console` needs no deployment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pymongo import MongoClient

from local.mongod import running_mongod
from local.processes import free_port
from tenantry.identity.members import Membership
from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.console import Page as Served
from tests.support.console import console as serving
from tests.support.databases import Databases, Document
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with (
        data_directory() as directory,
        running_mongod(own_mongod(), Path(directory) / "data", free_port()) as (_, uri),
    ):
        yield uri


@pytest.fixture
def databases(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    with (
        MongoClient[Document](server, tz_aware=True, uuidRepresentation="standard") as client,
        library.fresh_databases(server, client, monkeypatch) as databases,
    ):
        monkeypatch.setenv("DELETION_GRACE_DAYS", "7")
        settings.cache_clear()
        tenantry_json("setup-database", "--no-roles")
        tenantry_json("cluster", "add", "main", "--pools", "1")
        yield databases


@pytest.fixture
def google(databases: Databases) -> Membership:
    member = library.create("Google")
    TenantCollection(member.organization_id).insert_many([{"_id": number} for number in range(50)])
    return member


@pytest.fixture
def operators(page: Page, databases: Databases) -> Iterator[tuple[Page, Served]]:
    """A page that a link of the terminal has admitted."""
    with serving(databases) as served:
        page.goto(served.server.link())
        expect(page.get_by_role("heading", name="Status")).to_be_visible()
        expect(page.locator(".loading")).to_have_count(
            0
        )  # a test's commands print where its answers are logged
        yield page, served
