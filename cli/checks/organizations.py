"""What holds for each organization."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cli.checks.documents import Documents
from cli.checks.organization_facts import (
    Facts,
    claims_of,
    cluster_of,
    collection_names,
    places_of,
    slugs_of,
)
from cli.checks.organization_rules import RULES
from cli.checks.plans import known
from cli.connection import Databases, Document
from cli.violation import Violation, of_organization

FIELDS: Final = {"metadata": 0, "intent.metadata": 0, "properties": 0, "private": 0}  # no rule is about them


class Organizations(Documents):
    """All organizations.

    Parameters
    ----------
    databases : Databases
        Where they are.
    intended_before : datetime
        An intent from before this moment is too old.
    """

    name = "organizations"

    def __init__(self, databases: Databases, intended_before: datetime) -> None:
        super().__init__(databases)
        self._databases = databases
        self._intended_before = intended_before

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these organizations.

        They are read before all else about them. So if a second look finds the same version, the organization
        has not changed in between, and what the first look saw was wrong indeed.
        """
        organizations = list(self._documents.find({"_id": {"$in": list(keys)}}, FIELDS))
        return [
            of_organization(facts.document, rule, detail)
            for facts in self._facts(organizations)
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, organizations: list[Document]) -> Iterator[Facts]:
        existing = self._existing(organizations)
        owned_ids = self._owned([organization["_id"] for organization in organizations])
        claims = self._claims(organizations)
        plans = known(self._databases)
        for organization in organizations:
            organization_id = organization["_id"]
            rivals = {claim: claims[claim] - {organization_id} for claim in claims_of(organization)}
            yield Facts(
                organization,
                _among(existing.get(cluster_of(organization)), places_of(organization)),
                organization_id in owned_ids,
                rivals,
                self._intended_before,
                plans,
            )

    def _existing(self, organizations: list[Document]) -> dict[str, dict[str, UUID | None]]:
        """Return, by cluster, those of the organizations' collections that exist."""
        names_by_cluster = defaultdict[str, set[str]](set)
        for organization in organizations:
            names_by_cluster[cluster_of(organization)] |= set(places_of(organization))
        return {
            cluster: self._databases.tenant_collections(cluster, sorted(names))
            for cluster, names in names_by_cluster.items()
            if cluster in self._databases.clusters
        }

    def _owned(self, ids: list[Any]) -> set[Any]:
        owners = {"organization_id": {"$in": ids}, "role": "owner"}
        members = self._master["members"].find(owners, {"organization_id": 1})
        return {member["organization_id"] for member in members}

    def _claims(self, organizations: list[Document]) -> dict[str, set[Any]]:
        """Return, by what these organizations claim, the ids of all that claim it."""
        names = sorted({name for organization in organizations for name in collection_names(organization)})
        slugs = sorted({slug for organization in organizations for slug in slugs_of(organization)})
        query = {"$or": [{"collection": {"$in": names}}, {"slugs": {"$in": slugs}}]}
        claims = defaultdict[str, set[Any]](set)
        for claimant in self._documents.find(query, FIELDS):
            for claim in claims_of(claimant):
                claims[claim].add(claimant["_id"])
        return claims


def _among(existing: dict[str, UUID | None] | None, names: list[str]) -> dict[str, UUID | None] | None:
    if existing is None:
        return None
    return {name: existing[name] for name in names if name in existing}
