"""What is stored of Alpha and of other organizations, with their documents, as the model has it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenantry.registry import clusters
from tenantry.registry.organizations.document import Kind
from tenantry.storage import pools
from tests.faults.model import Organization
from tests.faults.rollout_operations import INDEX
from tests.faults.stored_people import People
from tests.support.databases import Databases, Document
from tests.support.shares import Share

POOL = "pool_0"
_OF_ALPHA = {"_id_", "count_1", INDEX}


@dataclass(frozen=True)
class Organizations:
    """What the databases hold about organizations.

    Parameters
    ----------
    databases
        Where they are stored.
    people
        Who is in them.
    """

    databases: Databases
    people: People

    def fill(self, organization_id: str, kind: Kind) -> UUID | None:
        """Store Alpha's document; return the identity of its own collection, if it has one."""
        self._documents(organization_id, "org_alpha", kind).insert_one({"_id": "kept", "count": 0})
        return self.databases.collections()["org_alpha"] if kind == "collection" else None

    def make_room(self, kind: Kind) -> None:
        """Create a pool where Alpha is to be placed in one."""
        if kind == "pooled":
            pools.create(clusters.MAIN, POOL)

    def present(
        self, stored: Document, alpha_id: str, uuid: UUID | None, keys: dict[str, str]
    ) -> Organization:
        """Return an organization.

        Parameters
        ----------
        stored
            Its document.
        alpha_id, uuid
            Alpha's id, and the identity of its own collection, if it has one.
        keys
            What the model calls accounts, by their ids.
        """
        is_alpha = stored["_id"] == alpha_id
        kind: Kind = "pooled" if stored.get("pool") else "collection"
        if kind == "collection":
            is_same_collection = self.databases.collections()[stored["collection"]] == uuid
            assert is_alpha == is_same_collection, "an organization has another's collection"
            indexes = set(self.databases.tenants[stored["collection"]].index_information())
            assert indexes <= _OF_ALPHA if is_alpha else indexes == {"_id_"}, "another's index"
        assert stored["version"] >= 1
        former_slugs = {former["slug"] for former in stored.get("former_slugs", [])}
        assert set(stored["slugs"]) == {stored["slug"], *former_slugs}
        members = list(self.databases.master["members"].find({"organization_id": stored["_id"]}))
        return Organization(
            "alpha" if is_alpha else "later",
            stored["name"],
            stored["metadata"],
            {keys[member["account_id"]]: member["role"] for member in members},
            self._found(stored["_id"], stored["collection"], kind),
            _offered_to(members, keys),
            self.people.invitations(stored["_id"]),
            former_slugs,
            self._is_rolled_out(stored, stored["collection"], kind),
        )

    def kept(
        self, deletion: Document, alpha_id: str, uuid: UUID | None, keys: dict[str, str]
    ) -> Organization:
        """Return a deleted organization, which is Alpha, as it can be brought back; parameters as before."""
        collection, kind, stored = deletion["collection"], deletion["kind"], deletion["organization"]
        assert deletion["_id"] == alpha_id
        if kind == "collection":
            assert self.databases.collections()[collection] == uuid
        return Organization(
            "alpha",
            stored["name"],
            stored["metadata"],
            {keys[member["account_id"]]: member["role"] for member in deletion["members"]},
            self._found(deletion["_id"], collection, kind),
            is_rolled_out=self._is_rolled_out(stored, collection, kind),
        )

    def _is_rolled_out(self, stored: Document, collection: str, kind: Kind) -> bool:
        """Tell whether an organization has the index, which its document says of one that is in a pool."""
        if kind == "pooled":
            return any(note["state"] == "done" for note in stored.get("rollouts", []))
        return INDEX in self.databases.tenants[collection].index_information()

    def _found(self, organization_id: str, collection: str, kind: Kind) -> dict[str, Document]:
        documents = self._documents(organization_id, collection, kind).find()
        return {document["_id"]: document for document in documents}

    def _documents(self, organization_id: str, collection: str, kind: Kind) -> Any:
        tenants = self.databases.tenants
        return tenants[collection] if kind == "collection" else Share(tenants[POOL], organization_id)


def _offered_to(members: list[Document], keys: dict[str, str]) -> str | None:
    """Return whom an offer names that an owner has made and that a member can accept."""
    by_id = {member["_id"]: keys[member["account_id"]] for member in members if member["role"] != "owner"}
    offers = [member["ownership_offer"] for member in members if "ownership_offer" in member]
    return next((by_id[offer["member_id"]] for offer in offers if offer["member_id"] in by_id), None)
