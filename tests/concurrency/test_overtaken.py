"""Operations on a tenant's collection whose name passes to another just before they reach it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from pymongo import InsertOne

from tenantry.errors import OrganizationExists, OrganizationNotFound
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.registry import clusters
from tenantry.storage import collections
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.overtaking import once_before

DOCUMENT = {"_id": "mine"}
OF_HEIR = {"_id": "common", "of": "heir"}
CHANGE = {"$set": {"of": "me"}}


def created(current: Document | None) -> Document:
    assert current is None or current == OF_HEIR  # is read before it is known whose it is
    return {"_id": "common", "of": "me"}


def refused_if_there(current: Document | None) -> Document:
    if current is not None:
        raise OrganizationExists
    return {"_id": "common"}


OPERATIONS: dict[str, tuple[Callable[[TenantCollection], Any], Any]] = {
    "insert_one": (lambda documents: documents.insert_one({"_id": "common"}).inserted_id, "common"),
    "insert_many": (lambda documents: documents.insert_many([{"_id": "common"}]).inserted_ids, ["common"]),
    "update_one": (lambda documents: documents.update_one({"_id": "common"}, CHANGE).matched_count, 0),
    "upsert": (
        lambda documents: documents.update_one({"_id": "common"}, CHANGE, upsert=True).upserted_id,
        "common",
    ),
    "replace_one": (
        lambda documents: documents.replace_one({"_id": "common"}, {"of": "me"}).matched_count,
        0,
    ),
    "delete_one": (lambda documents: documents.delete_one({"_id": "common"}).deleted_count, 0),
    "update_many": (lambda documents: documents.update_many({}, CHANGE).matched_count, 1),
    "delete_many": (lambda documents: documents.delete_many({}).deleted_count, 1),
    "bulk_write": (lambda documents: documents.bulk_write([InsertOne({"_id": "common"})]).inserted_count, 1),
    "modify_one": (lambda documents: documents.modify_one("common", created), None),
    "refusing modify_one": (lambda documents: documents.modify_one("common", refused_if_there), None),
    "find_one": (lambda documents: documents.find_one({"_id": "mine"}), DOCUMENT),
    "find": (lambda documents: documents.find({}), [DOCUMENT]),
    "failing aggregate": (
        lambda documents: documents.aggregate(
            [{"$match": {"$expr": {"$divide": [1, {"$strLenCP": "$_id"}]}}}]
        ),
        [DOCUMENT],
    ),
    "list_indexes": (
        lambda documents: [index["name"] for index in documents.list_indexes()],
        ["_id_", "kind_1"],
    ),
    "create_index": (lambda documents: documents.create_index([("text", 1)]), "text_1"),
    "drop_index": (lambda documents: documents.drop_index("kind_1"), None),
    "count_documents": (lambda documents: documents.count_documents({"_id": "mine"}), 1),
}


@pytest.fixture
def member(databases: Databases) -> Membership:
    member = library.create("Google")
    databases.tenants["org_google"].insert_one(DOCUMENT)
    databases.tenants["org_google"].create_index("kind")
    return member


@pytest.fixture
def before_use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen once, between the look at the organization and the use of its collection."""
    return partial(once_before, monkeypatch, clusters, "tenant_database")


def succeed(databases: Databases) -> None:
    """Create the next organization of the name, with documents and an index."""
    library.create("Google", "heir@example.com")
    databases.tenants["org_google"].insert_many([OF_HEIR, {"_id": ""}])
    databases.tenants["org_google"].create_index("kind")


def check_heir(databases: Databases) -> None:
    heirs = databases.tenants["org_google"]
    assert list(heirs.find()) == [OF_HEIR, {"_id": ""}]
    assert list(heirs.index_information()) == ["_id_", "kind_1"]
    databases.check_invariants()


@pytest.mark.parametrize(("operation", "result"), OPERATIONS.values(), ids=OPERATIONS)
def test_operation_follows_a_rename(
    databases: Databases,
    member: Membership,
    before_use: Callable[[Callable[[], object]], None],
    operation: Callable[[TenantCollection], Any],
    result: Any,
) -> None:
    def rename() -> None:
        library.rename(member, "Alphabet")
        succeed(databases)

    before_use(rename)
    assert operation(TenantCollection(member.organization_id)) == result
    check_heir(databases)


@pytest.mark.parametrize("operation", [operation for operation, _ in OPERATIONS.values()], ids=OPERATIONS)
def test_operation_on_a_deleted_organization_says_so(
    databases: Databases,
    member: Membership,
    before_use: Callable[[Callable[[], object]], None],
    operation: Callable[[TenantCollection], Any],
) -> None:
    def delete() -> None:
        deleting.delete(member)
        succeed(databases)

    before_use(delete)
    with pytest.raises(OrganizationNotFound):
        operation(TenantCollection(member.organization_id))
    check_heir(databases)


@pytest.fixture
def before_command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen once, when the collection's UUID is known and the command about to be sent."""
    return partial(once_before, monkeypatch, collections, "_send")


@pytest.mark.parametrize("name", ["create_index", "drop_index"])
def test_command_on_indexes_follows_a_rename(
    databases: Databases,
    member: Membership,
    before_command: Callable[[Callable[[], object]], None],
    name: str,
) -> None:
    def rename() -> None:
        library.rename(member, "Alphabet")
        succeed(databases)

    before_command(rename)
    operation, result = OPERATIONS[name]
    assert operation(TenantCollection(member.organization_id)) == result
    expected = {"create_index": ["_id_", "kind_1", "text_1"], "drop_index": ["_id_"]}
    assert list(databases.tenants["org_alphabet"].index_information()) == expected[name]
    check_heir(databases)


@pytest.mark.parametrize("heirs", [0, 1])
@pytest.mark.parametrize("name", ["create_index", "drop_index"])
def test_command_on_indexes_of_a_deleted_organization_says_so(
    databases: Databases,
    member: Membership,
    before_command: Callable[[Callable[[], object]], None],
    name: str,
    heirs: int,
) -> None:
    def delete() -> None:
        deleting.delete(member)
        if heirs:
            succeed(databases)

    before_command(delete)
    with pytest.raises(OrganizationNotFound):
        OPERATIONS[name][0](TenantCollection(member.organization_id))
    if heirs:
        check_heir(databases)
    assert len(databases.collections()) == heirs
