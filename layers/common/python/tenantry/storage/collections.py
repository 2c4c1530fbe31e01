"""Creating, renaming, indexing and dropping a tenant's collection.

All but the first are refused inside transactions, are not retried by the driver, and may arrive late; so they
name the collection's UUID, and the server refuses if another collection has the name by now.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from tenantry.errors import OrganizationExists
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.registry.organizations.embedded import Intent
from tenantry.runtime import mongodb, server_errors
from tenantry.runtime.observability import logger


class Shape(NamedTuple):
    """What a tenant's collection begins with, besides its index on `_id`.

    Parameters
    ----------
    indexes : sequence of IndexModel
        Its indexes.
    validation : dict, optional
        What validates its documents; see `tenantry.storage.validation`.
    """

    indexes: Sequence[IndexModel] = ()
    validation: mongodb.Document | None = None


PLAIN: Final = Shape()


class CollectionElsewhere(Exception):
    """A tenant's documents, or the collection that an intent is about, are not where they were expected."""


class CollectionExists(Exception):
    """A collection has the name already; the transaction is aborted and the collection untouched."""


def at(place: Place) -> Collection[mongodb.Document]:
    """Return the collection at a place, whosoever it is by now."""
    return clusters.tenant_database(place.cluster)[place.collection]


def log_stray(place: Place) -> None:
    """Tell the operator that a collection has a tenant's name and is no organization's."""
    logger.error(
        "A collection exists that no organization owns", cluster=place.cluster, collection=place.collection
    )


def create(place: Place, session: ClientSession, shape: Shape = PLAIN) -> None:
    """Create a tenant's collection within a transaction, with what it is to begin with.

    From MongoDB 7.0 on, its manual lets this succeed where an equal collection is there, whatever that holds;
    within a transaction, its source refuses (docs/mongodb.md). Whoever calls this is right in either case.

    Raises
    ------
    CollectionExists
    """
    tenants = clusters.tenant_database(place.cluster)
    try:
        tenants.create_collection(
            place.collection, session=session, check_exists=False, **(shape.validation or {})
        )
    except OperationFailure as error:
        if error.code != server_errors.NAMESPACE_EXISTS:
            raise
        raise CollectionExists from None
    if shape.indexes:  # which a transaction creates in a collection that it has created itself
        indexes = [index.document for index in shape.indexes]
        tenants.command({"createIndexes": place.collection, "indexes": indexes}, session=session)


def create_checked(place: Place, check: Callable[[], None], shape: Shape = PLAIN) -> None:
    """Create a tenant's collection, unless somebody has decided otherwise meanwhile.

    Parameters
    ----------
    place : Place
        Where.
    check : callable
        Asked while the collection is locked; what it raises takes the creation back.
    shape : Shape
        Its indexes and validator.

    Raises
    ------
    CollectionExists
    """

    def create_and_check(session: ClientSession) -> None:
        create(place, session, shape)
        check()

    mongodb.run_transaction(create_and_check, on=clusters.cluster_client(place.cluster))


def validate(place: Place, uuid: UUID, wanted: mongodb.Document) -> None:
    """Let a tenant's collection validate documents from now on, if it is still the intended one.

    Parameters
    ----------
    place, uuid
        Which collection.
    wanted : dict
        As in `tenantry.storage.validation`.

    Raises
    ------
    CollectionElsewhere
        The collection has another name, or is gone; nothing changed.
    pymongo.errors.OperationFailure
        The server refused; nothing changed.
    """
    _send(place, {"collMod": place.collection, **wanted, "collectionUUID": uuid})


def rename(source: Place, intent: Intent) -> None:
    """Rename a tenant's collection as the intent says; doing it twice changes nothing.

    The command names the collection's UUID as well, so that a late repetition cannot move another
    collection that has the name by now.

    Raises
    ------
    OrganizationExists
        A collection that no organization owns has the target's name; nothing changed.
    CollectionElsewhere
        The collection has neither the old name nor the intended one; nothing changed.
    """
    tenants = clusters.tenant_database(source.cluster)
    command = {
        "renameCollection": f"{tenants.name}.{source.collection}",
        "to": f"{tenants.name}.{intent['collection']}",
        "collectionUUID": intent["collection_uuid"],
    }
    try:
        _run(tenants.client.admin, command)
    except OperationFailure as error:
        if error.code == server_errors.NAMESPACE_EXISTS:
            log_stray(source._replace(collection=intent["collection"]))
            raise OrganizationExists from None
        _accept_mismatch(error, actual=intent["collection"])


def drop(place: Place, uuid: UUID) -> None:
    """Drop a tenant's collection, if it is still the intended one; doing it twice changes nothing.

    Raises
    ------
    CollectionElsewhere
        The collection has another name; nothing changed.
    """
    try:
        _run(clusters.tenant_database(place.cluster), {"drop": place.collection, "collectionUUID": uuid})
    except OperationFailure as error:
        _accept_mismatch(error, actual=None)


def create_index(place: Place, uuid: UUID, index: IndexModel) -> mongodb.Document:
    """Create an index of a tenant's collection, if it is still the intended one.

    Returns
    -------
    dict
        The server's reply; `numIndexesBefore` and `numIndexesAfter` are equal if the index was there.

    Raises
    ------
    CollectionElsewhere
        The collection has another name, or is gone; nothing changed.
    pymongo.errors.OperationFailure
        The server refused, or the index was not ready in time; nothing changed.
    """
    command = {"createIndexes": place.collection, "indexes": [index.document], "collectionUUID": uuid}
    return _send(place, command)


def drop_index(place: Place, uuid: UUID, index: str) -> None:
    """Drop an index of a tenant's collection, if it is still the intended one.

    Raises
    ------
    CollectionElsewhere
        The collection has another name, or is gone; nothing changed.
    pymongo.errors.OperationFailure
        The server refused; nothing changed.
    """
    _send(place, {"dropIndexes": place.collection, "index": index, "collectionUUID": uuid})


def _send(place: Place, command: mongodb.Document) -> mongodb.Document:
    try:
        return mongodb.run_majority_command(clusters.tenant_database(place.cluster), command)
    except OperationFailure as error:
        if error.code in (server_errors.COLLECTION_UUID_MISMATCH, server_errors.NAMESPACE_NOT_FOUND):
            raise CollectionElsewhere from error
        raise


def _run(where: Database[mongodb.Document], command: mongodb.Document) -> None:
    try:
        mongodb.run_majority_command(where, command)
    except OperationFailure as error:
        if error.code != server_errors.NAMESPACE_NOT_FOUND:
            raise
        # MongoDB 6.0 may say so where the collection went away while the command was on its way. Asked again,
        # it says where the collection is, as later versions do at once.
        mongodb.run_majority_command(where, command)


def _accept_mismatch(error: OperationFailure, actual: str | None) -> None:
    """Return if the command failed because its work was done: the collection's name is `actual`."""
    if error.code != server_errors.COLLECTION_UUID_MISMATCH:
        raise error
    if (error.details or {}).get("actualCollection") != actual:
        raise CollectionElsewhere from error
