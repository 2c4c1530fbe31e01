"""Making a place for a new organization's documents, on whatever cluster it is.

A collection on the master's own cluster is created in the transaction that inserts its organization. No
transaction reaches two clusters, so elsewhere the organization is inserted in the state `creating`, then its
collection is created, then the organization becomes active; whoever meets it in between goes on from there.
Pools are there already.
"""

from typing import Final

import pymongo
from pymongo.client_session import ClientSession

from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.registry import clusters
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import Intent, OrganizationDocument, Place, place_of
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger
from tenantry.storage import collections
from tenantry.storage.policy import ClusterFull

WORK_SECONDS: Final = 5  # of whoever completes a creation


class _Overtaken(Exception):
    """The organization is not being created any more."""


def check(organization: OrganizationDocument) -> None:
    """Look whether an organization can be created, where its collection is not created with it.

    Raises
    ------
    OrganizationExists
        A collection that no organization owns has the name of its collection; an operator must look.
    """
    place = place_of(organization)
    if _is_elsewhere(place) and collections.collection_uuid(place) is not None:
        raise _stray(place)


def insert(organization: OrganizationDocument, session: ClientSession) -> None:
    """Insert an organization, with its collection if that is here, in a transaction of the master's cluster.

    Raises
    ------
    OrganizationExists
        Another organization has the slug, or a collection that no organization owns has the name of its
        collection; the transaction is aborted.
    """
    place = place_of(organization)
    if _is_elsewhere(place):
        changing.insert(_being_created(organization), session)
        return
    changing.insert(organization, session)
    if place.kind == "collection":
        _create_here(place, session)


def reserve(organization: OrganizationDocument, session: ClientSession) -> None:
    """Reserve what an organization needs within the same transaction; last, for creations queue up here.

    Raises
    ------
    ClusterFull
        The cluster has no room for its collection; the transaction is aborted.
    """
    namespaces = organization.get("namespaces", 0)
    if namespaces and not clusters.reserve(place_of(organization).cluster, namespaces, session):
        raise ClusterFull


def _is_elsewhere(place: Place) -> bool:
    return place.kind == "collection" and place.cluster != MAIN


def _create_here(place: Place, session: ClientSession) -> None:
    try:
        collections.create(place, session)
    except collections.CollectionExists:
        raise _stray(place) from None
    if collections.holds_documents(place, session):
        raise _stray(place)


def _being_created(organization: OrganizationDocument) -> OrganizationDocument:
    intent: Intent = {
        "collection_uuid": None,
        "name": organization["name"],
        "slug": organization["slug"],
        "collection": organization["collection"],
        "metadata": organization["metadata"],
        "created_at": organization["created_at"],
        "leased_until": organization["created_at"],
    }
    return organization | {"state": "creating", "intent": intent}


def complete_creation(organization: OrganizationDocument) -> None:
    """Create the collection of an organization that waits for it; doing it twice changes nothing.

    Raises
    ------
    ServiceUnavailable
        A collection that is not the organization's has its name; an operator must look.
    pymongo.errors.PyMongoError
        Outcome unknown; somebody will go on from there.
    """
    place = place_of(organization)
    if not _is_elsewhere(place):
        return
    with pymongo.timeout(WORK_SECONDS):
        try:
            _create(organization["_id"], place)
        except collections.CollectionExists:
            pass  # nobody commits the creation of a collection of this name but for this organization
        except _Overtaken:
            return
        if not collections.is_pristine(place):
            _check_overtaken(organization, place)
        changing.activate(organization["_id"])


def _create(organization_id: str, place: Place) -> None:
    """Create the collection, if the organization is still waiting for it while it is locked."""

    def attempt(session: ClientSession) -> None:
        collections.create(place, session)
        present = finding.find_to_commit(organization_id, place.cluster)
        if present is None or present["state"] != "creating":
            raise _Overtaken

    mongodb.run_transaction(attempt, on=clusters.cluster_client(place.cluster))


def _check_overtaken(organization: OrganizationDocument, place: Place) -> None:
    """Return if another process has completed the creation, and the collection has been used since."""
    present = finding.find(organization["_id"])
    if present is not None and present["state"] == "creating":
        _stray(place)
        raise ServiceUnavailable


def _stray(place: Place) -> OrganizationExists:
    logger.error(
        "A collection exists that no organization owns", cluster=place.cluster, collection=place.collection
    )
    return OrganizationExists()
