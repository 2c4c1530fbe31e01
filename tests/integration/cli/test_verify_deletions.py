"""`tenantry verify` on a real server: what is set aside by deletions."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tenantry.lifecycle import deleting
from tests.integration.cli.planted import Planted, rules, verify
from tests.support import library
from tests.support.databases import Document

LONG_AGO = datetime.now(UTC) - timedelta(hours=2)


@pytest.fixture
def deletion(planted: Planted, grace: None) -> Document:
    """Alpha's, which is in order."""
    owner = planted.account(planted.alpha)["_id"]
    deleting.delete(library.membership(owner, planted.alpha))
    assert verify("--older-than", "0") == (0, [])
    deletion = planted.databases.master["deletions"].find_one()
    assert deletion is not None
    return deletion


def change(planted: Planted, **fields: object) -> None:
    planted.databases.master["deletions"].update_one({}, {"$set": fields})


def rename(planted: Planted, deletion: Document, name: str = "deleted_elsewhere") -> None:
    planted.databases.tenants[deletion["collection"]].rename(name)


def replace(planted: Planted, deletion: Document) -> None:
    planted.databases.tenants.drop_collection(deletion["collection"])
    planted.databases.tenants.create_collection(deletion["collection"])


BREAKAGES: dict[str, tuple[Callable[[Planted, Document], object], list[str]]] = {
    "overdue": (lambda planted, _: change(planted, purge_at=LONG_AGO), ["deletion-purged"]),
    "no owner": (lambda planted, _: change(planted, members=[]), ["deletion-owned"]),
    "its collection is gone": (
        lambda planted, deletion: planted.databases.tenants.drop_collection(deletion["collection"]),
        ["deletion-collection"],
    ),
    "its collection is another": (replace, ["deletion-collection"]),
    "its collection has another name": (rename, ["collection-owned", "deletion-collection"]),
    "nobody keeps the collection": (
        lambda planted, _: planted.databases.master["deletions"].delete_many({}),
        ["collection-owned", "namespaces-counted"],
    ),
    "its namespaces are not counted": (
        lambda planted, _: change(planted, namespaces=7),
        ["namespaces-counted"],
    ),
    "its cluster is unknown": (
        lambda planted, _: change(planted, cluster="nowhere"),
        ["cluster-known", "collection-owned", "namespaces-counted"],
    ),
    "the organization is there, too": (
        lambda planted, deletion: planted.databases.master["organizations"].insert_one(
            deletion["organization"] | {"state": "active", "intent": None}
        ),
        ["collection-exists", "deletion-of-no-organization", "namespaces-counted", "organization-owned"],
    ),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_deletion_that_is_not_in_order_is_found(breakage: str, planted: Planted, deletion: Document) -> None:
    plant, expected = BREAKAGES[breakage]
    plant(planted, deletion)
    status, violations = verify("--older-than", "0")
    assert status == 1
    assert sorted(rule for rule, _ in rules(violations)) == expected
