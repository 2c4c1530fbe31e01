"""A write with a key, and what happens to the key between its authentication and the commit.

A request is refused if it comes after the answer to a revocation. One that was authenticated before is
carried out as a whole; the look before its commit asks about the organization.
"""

from collections.abc import Callable
from contextvars import Context
from typing import Final

import pytest

from tenantry.identity.api_keys import managing
from tenantry.identity.api_keys.managing import NewKey, Shown
from tenantry.identity.members import Membership
from tenantry.lifecycle import suspending
from tenantry.registry.organizations import finding
from tenantry.runtime import mongodb
from tests.support import library
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import Owner

Event = Callable[[Membership, Shown], object]
MOMENTS: Final = {
    "before the write": (mongodb, "run_transaction"),
    "before the look": (finding, "find_to_commit"),
}


def revoke(owner: Membership, shown: Shown) -> None:
    managing.revoke(owner.organization_id, shown.key["_id"])


def end_secret(owner: Membership, shown: Shown) -> None:
    second = managing.add_secret(owner, shown.key["_id"])
    managing.end_secret(owner.organization_id, second.key["_id"], shown.key["secrets"][0]["id"])


def suspend(owner: Membership, _: Shown) -> None:
    suspending.suspend(owner.organization_id)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize(
    ("event", "status", "later"),
    [(revoke, 201, 401), (end_secret, 201, 401), (suspend, 403, 403)],
)
def test_a_write_is_carried_out_as_a_whole_and_the_next_is_refused(
    *,
    owner: Owner,
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[object, str],
    event: Event,
    status: int,
    later: int,
) -> None:
    member = databases.master["members"].find_one({"organization_id": owner.id})
    assert member is not None
    maker = library.membership(member["account_id"], owner.id)
    shown = managing.create(maker, NewKey("import", ["documents:write"]))
    happened: list[bool] = []

    def happen() -> None:
        Context().run(event, maker, shown)  # in another process, which answers no request
        happened.append(True)

    def insert(number: int) -> int:
        document = {"_id": number}
        return owner.service.post(f"{owner.path}/documents", document, token=shown.text).status

    once_before(monkeypatch, *moment, happen)
    assert insert(1) == status
    assert happened
    assert insert(2) == later
    documents = databases.tenants[f"org_{owner.slug}"]
    assert documents.count_documents({"_id": 1}) == (1 if status == 201 else 0)
    assert documents.count_documents({"_id": 2}) == 0
