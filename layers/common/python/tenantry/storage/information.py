"""What the server tells of a tenant's collection without reading its documents."""

from typing import Any
from uuid import UUID

from bson import Binary

from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb
from tenantry.storage import validation
from tenantry.storage.collections import PLAIN, Shape


def statistics(place: Place) -> mongodb.Document:
    """Return what the server knows of a collection.

    `count` and `size`, the bytes of all documents without compression and indexes, may be wrong after the
    server was killed: https://www.mongodb.com/docs/manual/reference/command/collStats/
    """
    known: mongodb.Document = clusters.tenant_database(place.cluster).command("collStats", place.collection)
    return known


def options(place: Place) -> mongodb.Document:
    """Return the options of a collection, of which no tenant's has any but what validates documents."""
    listed = _listed(place)
    return listed["options"] if listed is not None else {}


def uuid(place: Place) -> UUID | None:
    """Return the identity of a collection, which survives a rename, or None if there is none."""
    listed = _listed(place)
    if listed is None:
        return None
    identity: Binary = listed["info"]["uuid"]  # the first batch of this cursor is not decoded further
    return identity.as_uuid()


def is_pristine(place: Place, shape: Shape = PLAIN) -> bool:
    """Tell whether a collection is as `collections.create` leaves it.

    So it is without documents, options and further indexes.
    """
    known, present = statistics(place), options(place)
    expected = {"_id_", *(index.document["name"] for index in shape.indexes)}
    if known["count"] or set(known["indexSizes"]) != expected:
        return False
    is_plain = validation.is_none(validation.of(present))
    return not validation.beside(present) and is_plain == (shape.validation is None)


def _listed(place: Place) -> Any:
    """Return what `listCollections` tells of a collection, or None if there is none."""
    listed = clusters.tenant_database(place.cluster).list_collections(filter={"name": place.collection})
    return next(iter(listed), None)
