"""Whatever a test leaves behind, the next one finds the schema and nothing else."""

from collections.abc import Callable

import pytest
from pymongo import MongoClient

from tenantry.registry import schema
from tests.support import library, reused_databases
from tests.support.databases import Databases, Document
from tests.support.reused_databases import ReusedDatabases

Leave = Callable[[Databases], object]
IN_THE_WAY = {"slugs": ["alpha"], "collection": "org_alpha"}


@pytest.fixture(scope="module")
def reused(server: str, server_client: MongoClient[Document]) -> ReusedDatabases:
    return ReusedDatabases(server, server_client)


def check_nothing_but_schema(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare with databases that have been made for it."""
    with library.fresh_databases(databases.uri, databases.client, monkeypatch) as fresh:
        schema.ensure_schema()
        fresh.master.create_collection("clusters")
        assert contents(databases) == contents(fresh)


def contents(databases: Databases) -> Document:
    """Return all there is but identities and names of databases."""
    views = databases.master.list_collections(filter={"type": "view"})
    collections = {
        name.removeprefix(f"{databases.master.name}."): content | {"uuid": None}
        for name, content in databases.dump().items()
    }
    return collections | {"views": {view["name"]: view["options"] for view in views}}


@pytest.mark.parametrize(
    "leave",
    [
        lambda databases: library.create("Alpha"),
        lambda databases: databases.tenants.create_collection("org_alpha"),
        lambda databases: databases.tenants.create_collection("all", viewOn="org_alpha"),
        lambda databases: databases.master["moves"].insert_one({}),
        lambda databases: databases.master["moves"].create_index("state"),
        lambda databases: databases.master.create_collection("all", viewOn="accounts"),
    ],
)
def test_documents_and_collections_go(
    reused: ReusedDatabases, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = reused.emptied()
    with monkeypatch.context() as patch, library.using(before, patch):
        leave(before)
    after = reused.emptied()
    assert after is before
    check_nothing_but_schema(after, monkeypatch)


def begin_transaction(databases: Databases) -> None:
    session = databases.client.start_session()
    session.start_transaction()
    databases.master["organizations"].insert_one(dict(IN_THE_WAY), session=session)
    databases.tenants["org_alpha"].insert_one({}, session=session)


@pytest.mark.parametrize(
    "change",
    [
        lambda databases: databases.master["organizations"].drop_index("slugs"),
        lambda databases: databases.master["organizations"].create_index("state"),
        lambda databases: databases.master["organizations"].drop(),
        lambda databases: databases.master["account_epochs"].drop(),
        lambda databases: databases.master.command("collMod", "accounts", validator={"email": 1}),
        lambda databases: databases.client.drop_database(databases.master),
        begin_transaction,
    ],
)
def test_others_take_the_place_of_databases_with_another_schema(
    reused: ReusedDatabases, change: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reused_databases, "EMPTYING_SECONDS", 1)
    before = reused.emptied()
    change(before)
    after = reused.emptied()
    assert after.master.name != before.master.name
    assert before.master.name not in before.client.list_database_names()
    check_nothing_but_schema(after, monkeypatch)
