"""What is stored about an organization, and how that begins."""

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

from pymongo.collection import Collection

from tenantry.registry import names
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations.embedded import (
    FormerSlug,
    IndexChange,
    Intent,
    Move,
    PastCluster,
    RolloutNote,
    Usage,
    Vacated,
)
from tenantry.runtime import ids, moments, mongodb

METADATA_MAX_KEYS: Final = 50
OWN_NAMESPACES: Final = 2  # a collection and its index on _id

State = Literal["creating", "active", "renaming", "deleting"]
Kind = Literal["collection", "pooled"]
Limit = Literal[
    "members", "documents", "bytes", "indexes", "requests_per_minute", "organizations_per_account"
]


class Place(NamedTuple):
    """Where an organization's documents are.

    Parameters
    ----------
    cluster : str
        Name of the cluster; see `tenantry.registry.clusters`.
    kind : {"collection", "pooled"}
        Whether the collection is the organization's own, or a pool that it shares with others.
    collection : str
        Name of the collection in the tenant database.
    """

    cluster: str
    kind: Kind
    collection: str

    @property
    def pool(self) -> str | None:
        """Name of the pool; None if the collection is the organization's own."""
        return self.collection if self.kind == "pooled" else None

    @property
    def initial_namespaces(self) -> int:
        """Collections and indexes that an organization takes here before it creates an index."""
        return 0 if self.kind == "pooled" else OWN_NAMESPACES


class OrganizationDocument(TypedDict):
    """An organization as it is stored.

    `folded_name` follows from the name; see `tenantry.registry.names.folded`. Documents of earlier versions
    get it from `tenantry setup-database`. `collection` follows from the slug. It holds the documents unless
    `pool` names the shared collection that does; see `place_of`. `namespaces` counts the collections and
    indexes of the cluster that are reserved for this organization alone. `intent` is there in every state but
    active, `vacated` once a rename was interrupted, `suspended_at` while the organization is suspended,
    `move` while its documents are moved, `past_clusters` once they have been, `rollouts` once one has come to
    it, and `changes_until` once it has been changed; see `pace`.

    The members write `metadata`. The operator alone writes `properties`, which members read, `private`, which
    they do not, `plan` and `limits`; see `tenantry.registry.limits`.

    `usage` is there once the organization has been measured, and `measure_at` is when it will be next: at the
    next run if that is missing.
    """

    _id: str
    name: str
    folded_name: NotRequired[str]
    slug: str
    slugs: list[str]
    former_slugs: NotRequired[list[FormerSlug]]
    collection: str
    cluster: NotRequired[str]  # main if missing
    pool: NotRequired[str | None]
    namespaces: NotRequired[int]
    index_changes: NotRequired[list[IndexChange]]
    state: State
    version: int
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    intent: Intent | None
    vacated: NotRequired[list[Vacated]]
    suspended_at: NotRequired[datetime]
    changes_until: NotRequired[datetime]
    move: NotRequired[Move | None]
    past_clusters: NotRequired[list[PastCluster]]
    properties: NotRequired[dict[str, Any]]
    private: NotRequired[dict[str, Any]]
    plan: NotRequired[str | None]
    limits: NotRequired[dict[Limit, int]]
    usage: NotRequired[Usage]
    measure_at: NotRequired[datetime]
    rollouts: NotRequired[list[RolloutNote]]


def organizations() -> Collection[OrganizationDocument]:
    """Return the master's collection of organizations."""
    return mongodb.collection("organizations")


def create_document(
    name: str, slug: str, metadata: dict[str, Any], cluster: str = MAIN, pool: str | None = None
) -> OrganizationDocument:
    """Make the document of an organization that is about to be created.

    Parameters
    ----------
    name, slug, metadata
        As they are checked already.
    cluster : str
        Where its documents will be.
    pool : str, optional
        The shared collection that will hold them; one of its own if left out.
    """
    now = moments.now()
    return {
        "_id": ids.random_id("org"),
        "name": name,
        "folded_name": names.folded(name),
        "slug": slug,
        "slugs": [slug],
        "collection": names.collection_of(slug),
        "cluster": cluster,
        "pool": pool,
        "namespaces": 0 if pool else OWN_NAMESPACES,
        "state": "active",
        "version": 1,
        "metadata": metadata,
        "created_at": now,
        "updated_at": now,
        "intent": None,
    }


def first_intent(organization: OrganizationDocument, collection_uuid: UUID | None = None) -> Intent:
    """Return the intent to make an organization what its document says; anybody may carry it out at once.

    Parameters
    ----------
    organization : OrganizationDocument
        As `create_document` makes it.
    collection_uuid : UUID, optional
        Of the collection that is to get its collection's name; one is created if left out.
    """
    return {
        "collection_uuid": collection_uuid,
        "name": organization["name"],
        "slug": organization["slug"],
        "collection": organization["collection"],
        "metadata": organization["metadata"],
        "created_at": organization["created_at"],
        "leased_until": organization["created_at"],
    }


def place_of(organization: OrganizationDocument) -> Place:
    """Return where an organization's documents are."""
    cluster, pool = organization.get("cluster", MAIN), organization.get("pool")
    if pool is None:
        return Place(cluster, "collection", organization["collection"])
    return Place(cluster, "pooled", pool)


def is_pooled(organization: OrganizationDocument) -> bool:
    """Tell whether an organization's documents are in a pool."""
    return organization.get("pool") is not None


def check_metadata_key(key: str) -> str:
    """Return a key that MongoDB takes as the name of a field.

    Raises
    ------
    ValueError
        It does not.
    """
    if key.startswith("$") or "." in key or not key.isprintable():
        raise ValueError("keys must not start with $ or hold a dot or control characters")
    return key
