"""What the rules look at of an organization, and what it claims for itself."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cli.connection import MAIN, Document

STAGING_PREFIX: Final = "restoring_"  # of collections that a restore has filled
ASIDE_PREFIX: Final = "deleted_"  # of collections that a deletion has set aside


@dataclass(frozen=True, slots=True)
class Facts:
    """One organization and what else the databases say about it.

    Parameters
    ----------
    document : Document
        The organization.
    collections : Mapping[str, UUID or None] or None
        Those of its collections that exist, or its pool; None if nobody knows its cluster.
    has_owner : bool
        Whether a member is its owner.
    rivals : Mapping[str, set[Any]]
        Ids of other organizations per slug or collection that they claim as well.
    intended_before : datetime
        An intent from before this moment should be settled by now.
    plans : set
        Names of all plans, and None.
    """

    document: Document
    collections: Mapping[str, UUID | None] | None
    has_owner: bool
    rivals: Mapping[str, set[Any]]
    intended_before: datetime
    plans: AbstractSet[Any]

    @property
    def intent(self) -> Document:
        """The intent, empty if there is none."""
        return intent_of(self.document)


def cluster_of(document: Document) -> str:
    """Return the name of an organization's cluster."""
    return str(document.get("cluster", MAIN))


def places_of(document: Document) -> list[str]:
    """Return the collections that an organization's documents may be in."""
    pool = document.get("pool")
    return collection_names(document) if pool is None else [str(pool)]


def collection_names(document: Document) -> list[str]:
    """Return the collections that an organization claims."""
    return texts_of(document.get("collection"), intent_of(document).get("collection"))


def intent_of(document: Document) -> Document:
    """Return the intent of an organization, empty if there is none."""
    intent = document.get("intent")
    return intent if isinstance(intent, dict) else {}


def slugs_of(document: Document) -> list[str]:
    """Return the slugs that an organization claims."""
    slugs = document.get("slugs")
    return texts_of(document.get("slug"), *(slugs if isinstance(slugs, list) else []))


def claims_of(document: Document) -> list[str]:
    """Return the collections and slugs that an organization claims, each with the noun for it in front."""
    names = [f"collection {name}" for name in collection_names(document)]
    return names + [f"slug {slug}" for slug in slugs_of(document)]


def texts_of(*values: Any) -> list[str]:
    """Return those of some values that are text, each once and in order."""
    return sorted({value for value in values if isinstance(value, str)})
