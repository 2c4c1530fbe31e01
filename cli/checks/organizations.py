"""What holds for each organization."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cli.checks.documents import Documents
from cli.checks.organization_rules import (
    RULES,
    Facts,
    claims_of,
    cluster_of,
    collection_names,
    places_of,
    slugs_of,
)
from cli.connection import Databases, Document
from cli.violation import Violation, of_organization

FIELDS: Final = {"metadata": 0, "intent.metadata": 0}  # the larger part, and no rule is about them


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

        They are read before what else there is about them. So if a second look finds the same version, they
        have not changed in between, and what the first look saw was wrong indeed.
        """
        found = list(self._documents.find({"_id": {"$in": list(keys)}}, FIELDS))
        return [
            of_organization(facts.document, rule, detail)
            for facts in self._facts(found)
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, documents: list[Document]) -> Iterator[Facts]:
        names = sorted({name for document in documents for name in collection_names(document)})
        existing = self._existing(documents)
        owned_ids = self._owned([document["_id"] for document in documents])
        claims = self._claims(names, sorted({slug for document in documents for slug in slugs_of(document)}))
        for document in documents:
            mine = document["_id"]
            yield Facts(
                document,
                _among(existing.get(cluster_of(document)), places_of(document)),
                mine in owned_ids,
                {claim: others for claim in claims_of(document) if (others := claims[claim] - {mine})},
                self._intended_before,
            )

    def _existing(self, documents: list[Document]) -> dict[str, dict[str, UUID | None]]:
        """Return, by cluster, those of the organizations' collections that exist."""
        wanted = defaultdict[str, set[str]](set)
        for document in documents:
            wanted[cluster_of(document)] |= set(places_of(document))
        return {
            cluster: self._databases.tenant_collections(cluster, sorted(names))
            for cluster, names in wanted.items()
            if cluster in self._databases.clusters
        }

    def _owned(self, ids: list[Any]) -> set[Any]:
        owners = {"organization_id": {"$in": ids}, "role": "owner"}
        found = self._master["members"].find(owners, {"organization_id": 1})
        return {member["organization_id"] for member in found}

    def _claims(self, names: list[str], slugs: list[str]) -> dict[str, set[Any]]:
        """Return the ids of all organizations that claim one of these collections or slugs."""
        query = {"$or": [{"collection": {"$in": names}}, {"slugs": {"$in": slugs}}]}
        claims = defaultdict[str, set[Any]](set)
        for found in self._documents.find(query, FIELDS):
            for claim in claims_of(found):
                claims[claim].add(found["_id"])
        return claims


def _among(existing: dict[str, UUID | None] | None, names: list[str]) -> dict[str, UUID | None] | None:
    if existing is None:
        return None
    return {name: existing[name] for name in names if name in existing}
