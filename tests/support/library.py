"""The library's own state in this process, and its use without HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from passlib.hash import pbkdf2_sha256
from pymongo import MongoClient

from tenantry.identity import accounts, members, passwords, unused_accounts
from tenantry.identity.logins import issuing
from tenantry.identity.members import Membership
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.identity.sessions import Identity
from tenantry.lifecycle import creating, deleting, slugs, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.receipts import keys
from tenantry.lifecycle.updating import Changes
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import ids, moments, process
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, email_of

FEW_ROUNDS = 10


@contextmanager
def fresh_process() -> Iterator[None]:
    """Forget what the library keeps per process, as in a new execution environment."""
    process.forget()
    try:
        yield
    finally:
        process.forget()


@contextmanager
def fresh_databases(
    uri: str, client: MongoClient[Document], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Databases]:
    """Databases that nobody else uses, in a process that has just started."""
    databases = Databases.of_nobody(uri, client)
    with using(databases, monkeypatch):
        yield databases
    databases.drop()


@contextmanager
def using(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be a process that has just started and works on these databases."""
    monkeypatch.setenv("MONGODB_URI", databases.uri)
    monkeypatch.setenv("MASTER_DATABASE", databases.master.name)
    monkeypatch.setenv("TENANT_DATABASE", databases.tenants.name)
    hash_with_few_rounds(monkeypatch)
    trust_own_password(monkeypatch)
    with fresh_process():
        yield


def hash_with_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords quickly where the number of rounds does not matter."""
    nobody = passwords._NOBODY.replace(str(passwords.ROUNDS), str(FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_hasher", lambda: pbkdf2_sha256.using(rounds=FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_NOBODY", nobody)


def trust_own_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take it as known that the tests' own password is not guessable, which takes long to find out."""
    is_guessable = passwords.is_guessable
    monkeypatch.setattr(
        passwords,
        "is_guessable",
        lambda password, words: password != PASSWORD and is_guessable(password, words),
    )


def sign_without_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the names of the secrets of keys for what is in them, in this process."""
    for module in (issuing, keys):
        monkeypatch.setattr(module, "read_secret", lambda name: name)


def create(name: str, email: str | None = None, **fields: Any) -> Membership:
    """Create an organization with an account of its own."""
    owner = NewAccount(email or email_of(name), PASSWORD)
    organization, account = creating.create(wanted(name, **fields), owner)
    return membership(account["_id"], organization["_id"])


def limit(organization_id: str, **limits: int) -> None:
    """Set limits of an organization."""
    own = {f"limits.{name}": number for name, number in limits.items()}
    organizations().update_one({"_id": organization_id}, {"$set": own})


def create_second(name: str, owner: Membership) -> Membership:
    """Create a further organization of the same account."""
    organization, account = creating.create(wanted(name), ExistingAccount(owner.account_id))
    return membership(account["_id"], organization["_id"])


def wanted(name: str, **fields: Any) -> NewOrganization:
    """Return what to create for an organization of this name, with the slug that it gives."""
    return NewOrganization(name, slugs.derive(name), **fields)


def delete_with_account(owner: Membership) -> None:
    """Delete an account's only organization, and let so much time pass that the account ends."""
    deleting.delete(owner)
    let_time_pass(owner.account_id, unused_accounts.KEPT_FOR)
    assert list(unused_accounts.end_all()) == [owner.account_id]


def let_time_pass(account_id: str, passed: timedelta) -> None:
    """Move the moment since when an account has no organization into the past."""
    milliseconds = round(passed / timedelta(milliseconds=1)) + 1
    earlier = {"$subtract": ["$without_organization_since", milliseconds]}
    accounts.accounts().update_one({"_id": account_id}, [{"$set": {"without_organization_since": earlier}}])


def accounts_of(organization_id: str) -> list[str]:
    """Return the ids of an organization's members' accounts."""
    documents = members.members().find({"organization_id": organization_id})
    return [member["account_id"] for member in documents]


def membership(account_id: str, organization_id: str) -> Membership:
    memberships = members.memberships(account_id)
    (in_organization,) = [member for member in memberships if member.organization_id == organization_id]
    return in_organization


def identity(account_id: str, organization_id: str | None = None) -> Identity:
    """Return an account that has just logged in to this organization, to its only one, or to none."""
    account = accounts.find(account_id)
    assert account is not None
    memberships = members.memberships(account_id)
    asked_for = [member for member in memberships if organization_id in (None, member.organization_id)]
    assert len(asked_for) <= 1
    member = asked_for[0] if asked_for else None
    return Identity(ids.random_id("ses"), account_id, account["auth_epoch"], moments.now(), member)


def rename(member: Membership, name: str, **fields: Any) -> OrganizationDocument:
    """Rename an organization as it is at the moment, whatever its version."""
    return updating.update(member, Changes(name, **fields), lambda _: True)
