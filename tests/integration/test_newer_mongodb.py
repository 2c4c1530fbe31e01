"""The proxy that answers as MongoDB 7.0 and 8.0: what it translates, and that it passes on everything else.

Where the server behind it is that new itself, it answers the same without being translated.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from bson import Binary
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from tenantry.runtime import server_errors
from tests.support.databases import Databases, Document
from tests.support.newer_mongodb import VERSIONS, NewerMongoDB, Version
from tests.support.waiting import wait_until

VIEW = {"viewOn": "notes", "pipeline": [{"$project": {"text": 1}}]}


@pytest.fixture(params=["7.0", "8.0"])
def version(request: pytest.FixtureRequest) -> Version:
    return VERSIONS[request.param]


@pytest.fixture
def client(version: Version, databases: Databases, own_server: None) -> Iterator[MongoClient[Document]]:
    with (
        NewerMongoDB(databases.uri, version) as proxy,
        MongoClient[Document](proxy.uri, uuidRepresentation="standard") as client,
    ):
        yield client


def identity(databases: Databases, name: str) -> Any:
    return databases.collections()[name]


def test_server_says_which_version_it_is_and_that_the_proxy_is_the_whole_replica_set(
    client: MongoClient[Document], version: Version
) -> None:
    hello = client.admin.command("hello")
    assert hello["maxWireVersion"] == version.wire_version
    assert {*hello["hosts"], hello["me"], hello["primary"]} == {":".join(map(str, client.address or ()))}
    assert client.server_info()["version"] == version.text
    assert client.server_info()["versionArray"] == [*version.number, 0]


def test_creation_of_what_is_there_succeeds_if_it_is_equal_and_in_no_transaction(
    client: MongoClient[Document], databases: Databases
) -> None:
    tenants = client[databases.tenants.name]
    for options in ({}, VIEW):
        name = f"created_{len(options)}"
        for _ in range(2):
            assert tenants.command({"create": name, "comment": "twice", **options})["ok"] == 1
    different: list[Document] = [
        {"create": "created_0", **VIEW},
        {"create": "created_0", "capped": True, "size": 4096},
        {"create": "created_2"},
        {"create": "created_2", **VIEW, "pipeline": []},
    ]
    for command in different:
        with pytest.raises(OperationFailure) as refused:
            tenants.command(command)
        assert refused.value.code == server_errors.NAMESPACE_EXISTS
    with client.start_session() as session:
        session.start_transaction(ReadConcern("local"))
        with pytest.raises(OperationFailure) as refused:
            tenants.create_collection("created_0", check_exists=False, session=session)
        assert refused.value.code == server_errors.NAMESPACE_EXISTS


def test_drop_of_what_is_not_there_succeeds_unless_its_identity_is_known(
    client: MongoClient[Document], databases: Databases
) -> None:
    tenants = client[databases.tenants.name]
    assert tenants.command("drop", "missing")["ok"] == 1
    tenants["notes"].insert_one({"_id": 1})
    uuid = identity(databases, "notes")
    for name, known, actual in (("missing", uuid, "notes"), ("missing", Binary.from_uuid(uuid4()), None)):
        with pytest.raises(OperationFailure) as refused:
            tenants.command({"drop": name, "collectionUUID": known})
        assert refused.value.code == server_errors.COLLECTION_UUID_MISMATCH
        details = refused.value.details or {}
        assert (details["expectedCollection"], details["actualCollection"]) == (name, actual)
    assert tenants["notes"].find_one() == {"_id": 1}
    tenants.command({"drop": "notes", "collectionUUID": uuid})
    assert "notes" not in tenants.list_collection_names()


def test_drop_of_what_goes_while_the_command_waits_says_that_it_is_gone(
    client: MongoClient[Document], databases: Databases
) -> None:
    notes = client[databases.tenants.name]["notes"]
    notes.insert_one({"_id": 0})
    command = {"drop": "notes", "collectionUUID": identity(databases, "notes")}

    def drop() -> Any:
        try:
            return notes.database.command(command)["ok"]
        except OperationFailure as error:
            return error.code, (error.details or {}).get("actualCollection", "unknown")

    waiting: list[Document] = [
        {"$currentOp": {}},
        {"$match": {"command.drop": "notes", "waitingForLock": True}},
    ]
    with ThreadPoolExecutor(2) as threads:
        with client.start_session() as session:
            session.start_transaction()
            notes.insert_one({"_id": 1}, session=session)
            drops = [threads.submit(drop) for _ in range(2)]
            wait_until(lambda: len(list(databases.client.admin.aggregate(waiting))) == 2, 20)
        outcomes = [future.result() for future in drops]
    assert sorted(outcomes, key=str) == [(server_errors.COLLECTION_UUID_MISMATCH, None), 1.0]


def test_everything_else_passes_unchanged(client: MongoClient[Document], databases: Databases) -> None:
    notes, direct = client[databases.tenants.name]["notes"], databases.tenants["notes"]
    documents = [{"_id": number, "octets": bytes(10_000)} for number in range(2_000)]
    notes.insert_many(documents)
    assert list(notes.find(batch_size=500)) == list(direct.find()) == documents
    with pytest.raises(OperationFailure) as through_proxy:
        notes.update_one({}, {"$unknown": 1})
    with pytest.raises(OperationFailure) as without:
        direct.update_one({}, {"$unknown": 1})
    assert str(through_proxy.value.code) == str(without.value.code)


def test_write_to_a_collection_that_has_changed_since_the_snapshot_is_a_transient_conflict(
    client: MongoClient[Document], databases: Databases
) -> None:
    notes = client[databases.tenants.name]["notes"]
    notes.insert_one({"_id": 0})
    other = databases.tenants["other"]
    other.insert_one({"_id": 0})
    with client.start_session() as session:
        session.start_transaction()
        notes.find_one({}, session=session)  # from here on, the snapshot is fixed
        other.rename("renamed")
        with pytest.raises(OperationFailure) as conflict:
            client[databases.tenants.name]["renamed"].insert_one({"_id": 1}, session=session)
    assert conflict.value.code == server_errors.WRITE_CONFLICT
    assert conflict.value.has_error_label("TransientTransactionError")
