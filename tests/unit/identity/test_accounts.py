import re
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.identity import accounts, members
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.members import Membership
from tenantry.registry.organizations.document import create_document

# What needs a transaction is tested against a real server.
Master = Database[dict[str, Any]]


def add_account(master: Master, email: str = "ada@example.com") -> AccountDocument:
    account = accounts.create_document(email, "hash")
    master["accounts"].insert_one(dict(account))
    return account


def add_organization(master: Master, account_id: str, slug: str) -> str:
    organization = create_document(slug.title(), slug, {})
    master["organizations"].insert_one(dict(organization))
    member = {"_id": f"mem_{slug}", "organization_id": organization["_id"], "account_id": account_id}
    master["members"].insert_one(member | {"role": "owner"})
    return organization["_id"]


def test_ids_are_random_and_tell_their_kind() -> None:
    ids = {accounts.create_document("ada@example.com", "hash")["_id"] for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"acct_[0-9a-f]{32}", text) for text in ids)


def test_an_account_is_found_by_id_and_address(master: Master) -> None:
    account = add_account(master)
    assert accounts.find(account["_id"]) == accounts.find_by_email("ada@example.com") == account
    assert accounts.find("acct_0") is None
    assert accounts.find_by_email("grace@example.com") is None


def test_memberships_join_organization_and_account(master: Master) -> None:
    ada, grace = add_account(master), add_account(master, "grace@example.com")
    add_organization(master, ada["_id"], "google")
    add_organization(master, ada["_id"], "amazon")
    apple = add_organization(master, grace["_id"], "apple")
    memberships = members.memberships(ada["_id"])
    assert [membership.organization["slug"] for membership in memberships] == ["amazon", "google"]
    (membership,) = members.memberships(grace["_id"])
    member = master["members"].find_one({"organization_id": apple})
    assert member is not None
    assert membership == Membership(
        member_id=member["_id"],
        organization=master["organizations"].find_one({"_id": apple}),  # type: ignore[arg-type]
        account_id=grace["_id"],
        auth_epoch=0,
        role="owner",
    )
    assert membership.organization_id == apple


def test_a_membership_without_account_or_organization_is_none(master: Master) -> None:
    account = add_account(master)
    add_organization(master, account["_id"], "google")
    master["organizations"].delete_many({})
    assert members.memberships(account["_id"]) == []
    add_organization(master, account["_id"], "amazon")
    master["accounts"].delete_many({})
    assert members.memberships(account["_id"]) == []


def test_the_password_hash_does_not_travel_with_a_membership(master: Master) -> None:
    account = add_account(master)
    add_organization(master, account["_id"], "google")
    assert "hash" not in str(members.memberships(account["_id"]))


@pytest.mark.parametrize(("revoke_tokens", "epoch"), [(True, 1), (False, 0)])
def test_a_password_hash_is_replaced(revoke_tokens: bool, epoch: int, master: Master) -> None:
    account = add_account(master)
    assert accounts.set_password_hash(account, "another", revoke_tokens=revoke_tokens)
    changed = accounts.find(account["_id"])
    assert changed is not None
    assert (changed["password_hash"], changed["auth_epoch"]) == ("another", epoch)


def test_a_password_hash_that_has_changed_meanwhile_is_kept(master: Master) -> None:
    account = add_account(master)
    accounts.set_password_hash(account, "another", revoke_tokens=True)
    before = accounts.find(account["_id"])
    assert not accounts.set_password_hash(account, "third", revoke_tokens=True)
    assert accounts.find(account["_id"]) == before
