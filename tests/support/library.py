"""The library's own state in this process, and its use without HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from passlib.hash import pbkdf2_sha256
from pymongo import MongoClient

from tenantry import accounts, clusters, database, issuer, lifecycle, passwords, schemas, signing_keys
from tenantry.accounts import Membership
from tenantry.organizations import OrganizationDocument
from tenantry.settings import settings
from tenantry.tenants import repetitions
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, email_of

FEW_ROUNDS = 10


@contextmanager
def fresh_process() -> Iterator[None]:
    """Forget what the library keeps per process, as in a new execution environment."""
    forget()
    try:
        yield
    finally:
        forget()


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
    with fresh_process():
        yield


def forget() -> None:
    database.close()
    clusters.close()
    signing_keys.forget()
    issuer.forget()
    for cached in (settings, database.ensure_schema, repetitions.ensure_index):
        cached.cache_clear()


def hash_with_few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords quickly where the number of rounds does not matter."""
    nobody = passwords._NOBODY.replace(str(passwords.ROUNDS), str(FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_hasher", lambda: pbkdf2_sha256.using(rounds=FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_NOBODY", nobody)


def create(name: str, email: str | None = None, **fields: Any) -> Membership:
    """Create an organization with an account of its own."""
    wanted = schemas.CreateOrganization(name=name, email=email or email_of(name), password=PASSWORD, **fields)
    organization, account = lifecycle.create(wanted, None)
    return membership(account["_id"], organization["_id"])


def create_second(name: str, owner: Membership) -> Membership:
    """Create a further organization of the same account."""
    organization, account = lifecycle.create(schemas.CreateOrganization(name=name), owner)
    return membership(account["_id"], organization["_id"])


def accounts_of(organization_id: str) -> list[str]:
    """Return the ids of an organization's members' accounts."""
    found = database.collection("members").find({"organization_id": organization_id})
    return [member["account_id"] for member in found]


def membership(account_id: str, organization_id: str) -> Membership:
    (found,) = [one for one in accounts.memberships(account_id) if one.organization_id == organization_id]
    return found


def rename(member: Membership, name: str, **fields: Any) -> OrganizationDocument:
    """Rename an organization as it is at the moment, whatever its version."""
    changes = schemas.UpdateOrganization(name=name, **fields)
    return lifecycle.update(member, changes, lambda _: True)
