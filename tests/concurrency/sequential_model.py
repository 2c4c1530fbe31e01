"""What a client may expect to be stored, as plain dictionaries."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tenantry.errors import TenantryError
from tenantry.identity.members import Membership
from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases

SLUGS: Final = {
    "Alpha": "alpha",
    "ALPHA": "alpha",
    "alpha!": "alpha",
    "alpha": "alpha",
    "Beta": "beta",
    "beta": "beta",
    "Gamma Delta": "gamma-delta",
    "gamma-delta": "gamma-delta",
}
_COLLECTIONS: Final = (
    "organizations",
    "deletions",
    "accounts",
    "members",
    "login_attempts",
    "sessions",
    "name_holds",
)


@dataclass
class Organization:
    id: str
    email: str
    name: str
    version: int = 1
    metadata: dict[str, Any] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)
    vacated: set[str] = field(default_factory=set)  # slugs that interrupted renames or deletions have left
    former: list[str] = field(default_factory=list)  # slugs


@dataclass
class Account:
    id: str
    password: str
    epoch: int = 0


@dataclass(frozen=True)
class Token:
    text: str
    organization_id: str | None
    account: Account
    epoch: int


def refused(problem: type[TenantryError], request: Callable[[], object]) -> None:
    with pytest.raises(problem):
        request()


class Model(RuleBasedStateMachine):
    """What is stored, as plain dictionaries, beside the library on a real server."""

    databases: Databases
    keeps: bool  # deletions, names for former owners, and former slugs

    def __init__(self) -> None:
        super().__init__()
        self.organizations: dict[str, Organization] = {}  # by slug
        self.kept: dict[str, tuple[str, Organization]] = {}  # deleted ones and their slugs, by id
        self.accounts: dict[str, Account] = {}  # by e-mail address
        self.holds: dict[str, str] = {}  # e-mail address of the former owner by slug
        self.tokens: list[Token] = []
        for name in _COLLECTIONS:
            self.databases.master[name].delete_many({})
        self.databases.client.drop_database(self.databases.tenants.name)

    def membership(self, slug: str) -> Membership:
        organization = self.organizations[slug]
        return library.membership(self.accounts[organization.email].id, organization.id)

    def is_taken(self, slug: str, by: str) -> bool:
        """Tell whether the account of an address cannot have a slug."""
        return self.is_in_use(slug) or self.holds.get(slug, by) != by

    def is_in_use(self, slug: str) -> bool:
        """Tell whether a slug names an organization, or did before a rename."""
        former = {each for organization in self.organizations.values() for each in organization.former}
        return slug in self.organizations.keys() | former

    def end(self, slug: str, *, is_kept: bool) -> None:
        """Delete an organization; `is_kept` is for the documents."""
        organization = self.organizations[slug]
        for given_up in (slug, *organization.former):
            self.hold(given_up, slug)
        del self.organizations[slug]
        if is_kept:
            organization.former.clear()
            self.kept[organization.id] = slug, organization

    def bring_back(self, organization_id: str) -> None:
        slug, organization = self.kept.pop(organization_id)
        self.organizations[slug] = organization
        organization.version += 3  # the deletion's intent, the undo, and the collection's name
        self.tokens = [
            replace(token, organization_id="org_before")
            if token.organization_id == organization_id
            else token
            for token in self.tokens
        ]

    def hold(self, given_up: str, slug: str) -> None:
        """Hold a slug for the owner of an organization."""
        if self.keeps:
            self.holds[given_up] = self.organizations[slug].email

    def move(self, slug: str, name: str) -> None:
        organization = self.organizations.pop(slug)
        self.organizations[SLUGS[name]] = organization
        organization.version += 1 if SLUGS[name] == slug else 2
        organization.name = name
        if SLUGS[name] != slug and self.keeps:
            organization.former = [former for former in organization.former if former != SLUGS[name]]
            organization.former.append(slug)  # there are fewer slugs than former ones may be

    @invariant()
    def all_is_stored_as_it_should_be(self) -> None:
        master = self.databases.master
        stored = {organization["slug"]: organization for organization in master["organizations"].find()}
        assert stored.keys() == self.organizations.keys()
        for slug, organization in self.organizations.items():
            names_and_more = [stored[slug][part] for part in ("_id", "name", "version", "metadata")]
            assert names_and_more == [
                organization.id,
                organization.name,
                organization.version,
                organization.metadata,
            ]
            documents = TenantCollection(organization.id).find({})
            assert {document["_id"]: document["value"] for document in documents} == organization.documents
            assert TenantCollection(organization.id).count_documents({}) == len(documents)
            former = [former["slug"] for former in stored[slug].get("former_slugs", [])]
            assert former == organization.former
        for deletion in master["deletions"].find():
            _, organization = self.kept[deletion["_id"]]
            documents = list(self.databases.tenants[deletion["collection"]].find())
            assert {document["_id"]: document["value"] for document in documents} == organization.documents
        assert master["deletions"].count_documents({}) == len(self.kept)
        accounts = master["accounts"].find()
        epochs = {account["email"]: (account["_id"], account["auth_epoch"]) for account in accounts}
        assert epochs == {email: (account.id, account.epoch) for email, account in self.accounts.items()}
        self.databases.check_invariants()
