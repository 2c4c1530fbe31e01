"""Operations on a tenant's collection whose name passes to another just before they reach it."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo.database import Database

from tenantry import lifecycle
from tenantry.accounts import Membership
from tenantry.errors import OrganizationNotFound
from tenantry.tenants import TenantCollection, ddl
from tests.support import library
from tests.support.databases import Databases, Document

MINE = {"_id": "mine"}
OF_HEIR = {"_id": "common", "of": "heir"}
CHANGE = {"$set": {"of": "me"}}

OPERATIONS: dict[str, tuple[Callable[[TenantCollection], Any], Any]] = {
    "insert_one": (lambda mine: mine.insert_one({"_id": "common"}).inserted_id, "common"),
    "insert_many": (lambda mine: mine.insert_many([{"_id": "common"}]).inserted_ids, ["common"]),
    "update_one": (lambda mine: mine.update_one({"_id": "common"}, CHANGE).matched_count, 0),
    "upsert": (lambda mine: mine.update_one({"_id": "common"}, CHANGE, upsert=True).upserted_id, "common"),
    "replace_one": (lambda mine: mine.replace_one({"_id": "common"}, {"of": "me"}).matched_count, 0),
    "delete_one": (lambda mine: mine.delete_one({"_id": "common"}).deleted_count, 0),
    "find_one": (lambda mine: mine.find_one({"_id": "mine"}), MINE),
    "find": (lambda mine: mine.find({}), [MINE]),
    "failing find": (lambda mine: mine.find({"$expr": {"$divide": [1, {"$strLenCP": "$_id"}]}}), [MINE]),
    "count_documents": (lambda mine: mine.count_documents({"_id": "mine"}), 1),
}


@pytest.fixture
def member(databases: Databases) -> Membership:
    member = library.create("Google")
    databases.tenants["org_google"].insert_one(MINE)
    return member


@pytest.fixture
def before_use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen once, between the look at the organization and the use of its collection."""
    tenant_database = ddl.tenant_database

    def happens(event: Callable[[], object]) -> None:
        def once() -> Database[Document]:
            monkeypatch.setattr(ddl, "tenant_database", tenant_database)
            event()
            return tenant_database()

        monkeypatch.setattr(ddl, "tenant_database", once)

    return happens


def succeed(databases: Databases) -> None:
    """Create the next organization of the name, with a document."""
    library.create("Google", "heir@example.com")
    databases.tenants["org_google"].insert_many([OF_HEIR, {"_id": ""}])


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
    assert list(databases.tenants["org_google"].find()) == [OF_HEIR, {"_id": ""}]
    databases.check_invariants()


@pytest.mark.parametrize("operation", [one for one, _ in OPERATIONS.values()], ids=OPERATIONS)
def test_operation_on_a_deleted_organization_says_so(
    databases: Databases,
    member: Membership,
    before_use: Callable[[Callable[[], object]], None],
    operation: Callable[[TenantCollection], Any],
) -> None:
    def delete() -> None:
        lifecycle.delete(member)
        succeed(databases)

    before_use(delete)
    with pytest.raises(OrganizationNotFound):
        operation(TenantCollection(member.organization_id))
    assert list(databases.tenants["org_google"].find()) == [OF_HEIR, {"_id": ""}]
    databases.check_invariants()
