"""What a client may expect to be stored, as plain dictionaries."""

from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis.stateful import RuleBasedStateMachine, invariant

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


@dataclass
class Organization:
    id: str
    email: str
    name: str
    version: int = 1
    metadata: dict[str, Any] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)
    vacated: set[str] = field(default_factory=set)  # slugs that interrupted renames have left


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


class Model(RuleBasedStateMachine):
    """What is stored, as plain dictionaries, beside the library on a real server."""

    databases: Databases
    holds_names: bool

    def __init__(self) -> None:
        super().__init__()
        self.organizations: dict[str, Organization] = {}  # by slug
        self.accounts: dict[str, Account] = {}  # by e-mail address
        self.holds: dict[str, str] = {}  # e-mail address of the former owner by slug
        self.tokens: list[Token] = []
        for name in ("organizations", "accounts", "members", "login_attempts", "sessions", "name_holds"):
            self.databases.master[name].delete_many({})
        self.databases.client.drop_database(self.databases.tenants.name)

    def membership(self, slug: str) -> Membership:
        organization = self.organizations[slug]
        return library.membership(self.accounts[organization.email].id, organization.id)

    def is_taken(self, slug: str, by: str) -> bool:
        """Tell whether the account of an address cannot have a slug."""
        return slug in self.organizations or self.holds.get(slug, by) != by

    def remove(self, slug: str) -> None:
        self.hold(slug)
        del self.organizations[slug]

    def hold(self, slug: str) -> None:
        if self.holds_names:
            self.holds[slug] = self.organizations[slug].email

    def move(self, slug: str, name: str) -> None:
        organization = self.organizations.pop(slug)
        self.organizations[SLUGS[name]] = organization
        organization.version += 1 if SLUGS[name] == slug else 2
        organization.name = name

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
        accounts = master["accounts"].find()
        epochs = {account["email"]: (account["_id"], account["auth_epoch"]) for account in accounts}
        assert epochs == {email: (account.id, account.epoch) for email, account in self.accounts.items()}
        self.databases.check_invariants()
