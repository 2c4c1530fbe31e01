"""Making a place for a new organization's documents, on whatever cluster it is.

A collection on the master's own cluster is created in the transaction that inserts its organization. No
transaction reaches two clusters, so elsewhere the organization is inserted in the state `creating`, then its
collection is created, then the organization becomes active; whoever meets it in between completes this.
Pools are there already.
"""

from functools import partial
from typing import Final

import pymongo
from pymongo.client_session import ClientSession

from tenantry.errors import OrganizationExists, ServiceUnavailable
from tenantry.lifecycle.rollouts import shapes
from tenantry.registry import clusters
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import OrganizationDocument, Place, first_intent, place_of
from tenantry.storage import collections, information
from tenantry.storage.opening import open_place
from tenantry.storage.policy import ClusterFull
from tenantry.storage.tenant_storage import TenantStorage

WORK_SECONDS: Final = 5  # of whoever completes a creation


def check_no_stray(organization: OrganizationDocument) -> None:
    """Check before an organization is inserted that its collection's name is free, where it is made later.

    Raises
    ------
    OrganizationExists
        A collection that no organization owns has the name of its collection; an operator must look.
    """
    storage = _open(organization)
    if storage.is_created_apart and storage.find_uuid() is not None:
        raise _stray(storage.place)


def insert(organization: OrganizationDocument, session: ClientSession) -> None:
    """Insert an organization, with its collection if that is here, in a transaction of the master's cluster.

    Raises
    ------
    OrganizationExists
        Another organization has the slug, or a collection that no organization owns has the name of its
        collection; the transaction is aborted.
    """
    storage = _open(organization)
    if storage.is_created_apart:
        waiting: OrganizationDocument = organization | {
            "state": "creating",
            "intent": first_intent(organization),
        }
        changing.insert(waiting, session)
        return
    changing.insert(organization, session)
    try:
        storage.create(session, shapes.shape_of(organization))
    except collections.CollectionExists:
        raise _stray(storage.place) from None


def reserve(organization: OrganizationDocument, session: ClientSession) -> None:
    """Reserve what an organization needs, as the last step of the transaction, since creations queue up here.

    Raises
    ------
    ClusterFull
        The cluster has no room for its collection; the transaction is aborted.
    """
    namespaces = organization.get("namespaces", 0)
    if namespaces and not clusters.reserve(place_of(organization).cluster, namespaces, session):
        raise ClusterFull


def _open(organization: OrganizationDocument) -> TenantStorage:
    return open_place(place_of(organization), organization["_id"])


def complete_creation(organization: OrganizationDocument) -> None:
    """Create the collection of an organization that waits for it; doing it twice changes nothing.

    Raises
    ------
    ServiceUnavailable
        A collection that is not the organization's has its name; an operator must look.
    pymongo.errors.PyMongoError
        Outcome unknown; whoever settles the organization continues from there.
    """
    storage = _open(organization)
    if not storage.is_created_apart:
        return
    place, shape = storage.place, shapes.shape_of(organization)
    with pymongo.timeout(WORK_SECONDS):
        try:
            check = partial(_check_creating, organization["_id"], place.cluster)
            collections.create_checked(place, check, shape)
        except collections.CollectionExists:
            pass  # nobody commits the creation of a collection of this name but for this organization
        except changing.Overtaken:
            return
        if not information.is_pristine(place, shape):
            _check_overtaken(organization, place)
        changing.activate(organization["_id"])


def _check_creating(organization_id: str, cluster: str) -> None:
    present = finding.find_to_commit(organization_id, cluster)
    if present is None or present["state"] != "creating":
        raise changing.Overtaken


def _check_overtaken(organization: OrganizationDocument, place: Place) -> None:
    """Return if another process has completed the creation, and the collection has been used since."""
    present = finding.find(organization["_id"])
    if present is not None and present["state"] == "creating":
        collections.log_stray(place)
        raise ServiceUnavailable


def _stray(place: Place) -> OrganizationExists:
    collections.log_stray(place)
    return OrganizationExists()
