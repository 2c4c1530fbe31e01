"""Organizations whose names, ids and values are random words, so that a leak of any can be told."""

import dataclasses
import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from tenantry.runtime import moments
from tests.support.colleagues import Colleague, join
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, log_in, tokens
from tests.support.service import Service

SHARED = "shared"  # the id of a document, and the name of an index, that every organization has


def word() -> str:
    return f"w{secrets.token_hex(8)}"


@dataclass(frozen=True)
class Words:
    """What tells one organization from all others, one word per place where it stands."""

    name: str = dataclasses.field(default_factory=word)
    person: str = dataclasses.field(default_factory=word)
    note: str = dataclasses.field(default_factory=word)
    document: str = dataclasses.field(default_factory=word)
    field: str = dataclasses.field(default_factory=word)
    value: str = dataclasses.field(default_factory=word)
    index: str = dataclasses.field(default_factory=word)
    colleague: str = dataclasses.field(default_factory=word)
    key: str = dataclasses.field(default_factory=word)
    guest: str = dataclasses.field(default_factory=word)
    key_name: str = dataclasses.field(default_factory=word)


@dataclass(frozen=True)
class Tenant:
    """An organization with documents and an index, and a token for it; or one that does not exist."""

    words: Words = dataclasses.field(default_factory=Words)
    id: str = dataclasses.field(default_factory=lambda: f"org_{secrets.token_hex(16)}")
    account_id: str = dataclasses.field(default_factory=lambda: f"acct_{secrets.token_hex(16)}")
    token: str = ""
    refresh_token: str = ""
    session_id: str = dataclasses.field(default_factory=lambda: f"ses_{secrets.token_hex(16)}")
    invitation_id: str = dataclasses.field(default_factory=lambda: f"inv_{secrets.token_hex(16)}")
    key_id: str = dataclasses.field(default_factory=lambda: f"key_{secrets.token_hex(16)}")
    secret_id: str = dataclasses.field(default_factory=lambda: f"sec_{secrets.token_hex(16)}")
    password: str = PASSWORD
    member_id: str = dataclasses.field(default_factory=lambda: f"mem_{secrets.token_hex(16)}")
    colleague: Colleague = dataclasses.field(default_factory=Colleague)

    @property
    def name(self) -> str:
        return f"Tenant {self.words.name}"

    @property
    def slug(self) -> str:
        return f"tenant-{self.words.name}"

    @property
    def path(self) -> str:
        return f"/organizations/{self.slug}"

    @property
    def collection(self) -> str:
        return f"org_tenant_{self.words.name}"

    @property
    def email(self) -> str:
        return f"{self.words.person}@example.com"

    @cached_property
    def secrets(self) -> set[str]:
        """What nobody else may see."""
        tokens = {self.token, self.refresh_token} - {""}
        ids = {self.id, self.account_id, self.session_id, self.member_id, self.invitation_id}
        ids |= {self.key_id, self.secret_id}
        colleague = {self.colleague.member_id, self.colleague.account_id}
        return {*vars(self.words).values(), *ids, *colleague, *tokens}

    @property
    def documents(self) -> list[Document]:
        words = self.words
        return [{"_id": words.document, words.field: words.value}, {"_id": SHARED, words.field: words.value}]

    def hidden(self, text: str) -> str:
        """Return text without what only this organization has, so that it can be compared with another's."""
        return re.sub("|".join(self.secrets), "...", text)


def create_tenant(
    service: Service, databases: Databases, *, name: str | None = None, account: Tenant | None = None
) -> Tenant:
    """Create an organization with documents and an index, for an account of its own or another's."""
    tenant = Tenant(Words(name=name or word()))
    if account is not None:
        tenant = replace(tenant, words=replace(tenant.words, person=account.words.person))
    credentials = {"email": tenant.email, "password": PASSWORD} if account is None else {}
    answer = service.post(
        "/organizations",
        {"name": tenant.name, "metadata": {tenant.words.note: tenant.words.note}} | credentials,
        token=account.token if account else None,
        headers={"Idempotency-Key": tenant.words.key},
    )
    assert answer.status == 201, answer.text
    organization = answer.json["organization"]
    fill(databases, tenant)
    account_id = answer.json["account"]["id"]
    invite(databases, tenant, organization["id"], account_id)
    add_key(databases, tenant, organization["id"], account_id)
    session = tokens(service, tenant.email, organization["id"])
    colleague = join(organization["id"], "viewer", f"{tenant.words.colleague}@example.com")
    offer = {"member": colleague.member_id}
    path = f"/organizations/{organization['id']}/ownership-transfer"
    assert service.put(path, offer, token=session["access_token"]).status == 201
    own = databases.master["members"].find_one(
        {"organization_id": organization["id"], "account_id": account_id}
    )
    assert own is not None
    return replace(
        tenant,
        id=organization["id"],
        account_id=account_id,
        token=session["access_token"],
        refresh_token=session["refresh_token"],
        session_id=newest_session(databases, account_id),
        member_id=own["_id"],
        colleague=colleague,
    )


def newest_session(databases: Databases, account_id: str) -> str:
    session = databases.master["sessions"].find_one({"account_id": account_id}, sort=[("expires_at", -1)])
    assert session is not None
    return str(session["_id"])


def fill(databases: Databases, tenant: Tenant) -> None:
    """Store the organization's documents and its index, without the library."""
    collection = databases.stored(tenant.collection)
    for name, field in {tenant.words.index: tenant.words.field, SHARED: SHARED}.items():
        collection.create_index(field, name=name)  # 50 times faster while it is empty
    collection.insert_many(tenant.documents)


def invite(databases: Databases, tenant: Tenant, organization_id: str, account_id: str) -> None:
    """Store an invitation by the owner, whose address is verified, as the mail `mail_1` has taken it."""
    now = moments.now()
    later = now + timedelta(days=7)
    master = databases.master
    master["accounts"].update_one({"_id": account_id}, {"$set": {"verified_at": now}})
    master["invitations"].insert_one(
        {
            "_id": tenant.invitation_id,
            "organization_id": organization_id,
            "email": f"{tenant.words.guest}@example.com",
            "role": "viewer",
            "invited_by": account_id,
            "mail_id": "mail_1",
            "state": "pending",
            "created_at": now,
            "expires_at": later,
            "removed_at": later,
        }
    )


def add_key(databases: Databases, tenant: Tenant, organization_id: str, account_id: str) -> None:
    """Store an API key with one secret, which nobody has."""
    made = {"created_by": account_id, "created_at": moments.now()}
    databases.master["api_keys"].insert_one(
        {
            "_id": tenant.key_id,
            "organization_id": organization_id,
            "name": tenant.words.key_name,
            "scopes": ["documents:read"],
            "secrets": [{"id": tenant.secret_id, "hash": secrets.token_bytes(32), **made}],
            **made,
        }
    )


def change_password(service: Service, tenant: Tenant) -> Tenant:
    """Change the password and log in again."""
    passwords = {"current_password": tenant.password, "new_password": f"{PASSWORD} {word()}"}
    assert service.put("/account/password", passwords, token=tenant.token).status == 204
    token = log_in(service, tenant.email, tenant.id, passwords["new_password"])
    return replace(tenant, token=token, password=passwords["new_password"])


def delete(service: Service, tenant: Tenant) -> None:
    assert service.delete(f"/organizations/{tenant.id}", token=tenant.token).status == 204


def snapshot(databases: Databases, tenant: Tenant) -> list[Any]:
    """Return all that is stored of an organization and its account, their sessions and documents included."""
    collection = databases.stored(tenant.collection)
    return [
        databases.master["organizations"].find_one({"_id": tenant.id}),
        databases.master["accounts"].find_one({"_id": tenant.account_id}),
        list(databases.master["members"].find({"organization_id": tenant.id})),
        list(databases.master["sessions"].find({"account_id": tenant.account_id})),
        list(databases.master["invitations"].find({"organization_id": tenant.id})),
        list(databases.master["api_keys"].find({"organization_id": tenant.id})),
        databases.collections().get(tenant.collection),
        databases.documents(tenant.collection),
        collection.index_information(),
    ]
