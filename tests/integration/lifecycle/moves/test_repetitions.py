"""Insertions that are repeated under their idempotency key when the organization has moved meanwhile."""

import pytest

from tenantry.errors import IdempotencyKeyReused
from tenantry.http.documents import inserting
from tenantry.identity.members import Membership
from tenantry.tenants import TenantCollection
from tenantry.tenants.repetitions import Key
from tests.integration.lifecycle.moves.places import AROUND, Places, move
from tests.support.databases import Document


def key_of(member: Membership, key: str, request: str = "request") -> Key:
    return Key.of(member.organization_id, member.account_id, key, request)


def test_nothing_is_stored_twice_wherever_the_organization_is(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    stored: dict[str, Document] = {}
    for place in (None, *AROUND):
        if place:
            move(member.organization_id, *place)
        for name, document in stored.items():
            assert inserting.insert(documents, {"key": name}, key_of(member, name)) == document
            with pytest.raises(IdempotencyKeyReused):
                inserting.insert(documents, {"key": name}, key_of(member, name, "another"))
        name = f"{len(stored)} at {place}"
        stored[name] = inserting.insert(documents, {"key": name}, key_of(member, name))
    assert documents.find({"key": {"$type": "string"}}, sort=[("key", 1)]) == list(stored.values())


def test_list_goes_on_at_another_place(
    documents: TenantCollection, member: Membership, places: Places
) -> None:
    """A list without an order was interrupted when its first part was stored."""
    lists = [{"key": 100}, {"key": 1}, {"key": 101}]
    key = key_of(member, "list")
    first = inserting.insert_many(documents, lists, ordered=False, key=key)
    documents.delete_one({"_id": 1})
    move(member.organization_id, "second", "pooled")
    again = inserting.insert_many(documents, lists, ordered=False, key=key)
    assert again[::2] == first[::2]
    assert [document["key"] for document in again if isinstance(document, dict)] == [100, 1, 101]
    move(member.organization_id, "main", "collection")
    assert inserting.insert_many(documents, lists, ordered=False, key=key) == again
    assert len(documents.find({"key": {"$gte": 100}})) == 2
