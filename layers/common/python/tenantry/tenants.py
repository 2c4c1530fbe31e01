"""Tenants' collections: the only module that names one.

`TenantCollection` is how a function reaches the collection of one organization. The organization may be
renamed or deleted at any moment, and its old name may be another's by then; so a write first takes the
collection's lock by writing inside a transaction, then asks the master database, outside the
transaction's snapshot, whether the collection is still that organization's, and only then commits. No
rename or drop can run between the two, for they wait for the lock. A read asks before and after.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure
from pymongo.results import DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from tenantry import database, organizations
from tenantry.errors import OrganizationExists, OrganizationNotFound, ServiceUnavailable
from tenantry.observability import logger
from tenantry.organizations import Intent, OrganizationDocument
from tenantry.settings import settings

MAX_ATTEMPTS: Final = 20  # of one operation, each beaten by a rename
PAUSE_SECONDS: Final = 0.01  # before the second attempt; a rename is over within milliseconds
LONGEST_PAUSE_SECONDS: Final = 0.25
MAX_FOUND: Final = 1000

Document = database.Document


class TenantMoved(Exception):
    """The organization's collection changed its name during the attempt."""


class CollectionElsewhere(Exception):
    """The collection that an intent is about is not where the intent expects it."""


class TenantCollection:
    """The collection of one organization, under whatever name it has at the moment.

    Make one with `collection`. Operations mean what they mean in pymongo; each is complete or did not
    happen.

    Raises
    ------
    OrganizationNotFound
        From every operation: the organization has been deleted.
    ServiceUnavailable
        From every operation: the organization is being renamed without end; nothing was written.
    pymongo.errors.PyMongoError
        From every operation, as from pymongo. After a network error or timeout the outcome of a write is
        unknown: it has happened wholly, in this organization's collection, or not at all.

    Examples
    --------
    >>> notes = tenants.collection(caller.organization["_id"])
    >>> notes.insert_one({"text": "hello"})
    >>> notes.find({"text": "hello"})
    """

    def __init__(self, organization_id: str) -> None:
        self._organization_id = organization_id

    def insert_one(self, document: Document) -> InsertOneResult:
        """Insert one document."""
        return self._write(lambda mine, session: mine.insert_one(document, session=session))

    def insert_many(self, documents: Sequence[Document]) -> InsertManyResult:
        """Insert documents, all or none."""
        return self._write(lambda mine, session: mine.insert_many(documents, session=session))

    def update_one(
        self, query: Mapping[str, Any], update: Mapping[str, Any], *, upsert: bool = False
    ) -> UpdateResult:
        """Update the first document that matches."""
        return self._write(
            lambda mine, session: mine.update_one(query, update, upsert=upsert, session=session)
        )

    def replace_one(
        self, query: Mapping[str, Any], replacement: Mapping[str, Any], *, upsert: bool = False
    ) -> UpdateResult:
        """Replace the first document that matches."""
        return self._write(
            lambda mine, session: mine.replace_one(query, replacement, upsert=upsert, session=session)
        )

    def delete_one(self, query: Mapping[str, Any]) -> DeleteResult:
        """Delete the first document that matches."""
        return self._write(lambda mine, session: mine.delete_one(query, session=session))

    def find_one(self, query: Mapping[str, Any]) -> Document | None:
        """Return the first document that matches, or None."""
        return self._read(lambda mine: mine.find_one(query))

    def find(self, query: Mapping[str, Any], *, limit: int = MAX_FOUND) -> list[Document]:
        """Return the documents that match, in the order of their ids, at most `limit` of them."""
        return self._read(lambda mine: list(mine.find(query).sort("_id", 1).limit(limit)))

    def count_documents(self, query: Mapping[str, Any]) -> int:
        """Count the documents that match."""
        return self._read(lambda mine: mine.count_documents(query))

    def _write[Result](self, operation: Callable[[Collection[Document], ClientSession], Result]) -> Result:
        def attempt(session: ClientSession) -> Result:
            name = self._active()["collection"]
            result = operation(_database()[name], session)
            if self._active()["collection"] != name:
                raise TenantMoved
            return result

        return _retried(lambda: database.run_transaction(attempt))

    def _read[Result](self, operation: Callable[[Collection[Document]], Result]) -> Result:
        def attempt() -> Result:
            before = self._active()
            result = operation(_database()[before["collection"]])
            if self._active()["version"] != before["version"]:
                raise TenantMoved
            return result

        return _retried(attempt)

    def _active(self) -> OrganizationDocument:
        organization = organizations.find(self._organization_id)
        if organization is None or organization["state"] == "deleting":
            raise OrganizationNotFound
        if organization["state"] != "active":
            raise TenantMoved
        return organization


def collection(organization_id: str) -> TenantCollection:
    """Open the collection of one organization, usually of the caller's.

    Parameters
    ----------
    organization_id : str
        The organization's id; from a verified token, never from the request.
    """
    return TenantCollection(organization_id)


def _retried[Result](attempt: Callable[[], Result]) -> Result:
    for number in range(MAX_ATTEMPTS):
        try:
            return attempt()
        except TenantMoved:
            time.sleep(min(PAUSE_SECONDS * 2**number, LONGEST_PAUSE_SECONDS))
    raise ServiceUnavailable


def create(name: str, session: ClientSession) -> None:
    """Create a tenant's collection within the transaction that creates its organization.

    Raises
    ------
    OrganizationExists
        A collection of that name is there although no organization has it; an operator must look. The
        transaction is aborted and the collection untouched.
    """
    try:
        created = _database().create_collection(name, session=session, check_exists=False)
    except OperationFailure as error:
        if error.code != database.NAMESPACE_EXISTS:
            raise
        raise _stray(name) from None
    # From MongoDB 7.0 an identical `create` succeeds, so only a look inside tells a stray collection.
    if created.find_one({}, session=session) is not None:
        raise _stray(name)


def _stray(name: str) -> OrganizationExists:
    logger.error("A collection exists that no organization owns", collection=name)
    return OrganizationExists()


def collection_uuid(name: str) -> UUID | None:
    """Return the identity of a collection, which survives a rename, or None if there is none."""
    for found in _database().list_collections(filter={"name": name}):
        return found["info"]["uuid"]  # type: ignore[no-any-return]
    return None


def rename(source: str, intent: Intent) -> None:
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
    command = {
        "renameCollection": f"{_database().name}.{source}",
        "to": f"{_database().name}.{intent['collection']}",
        "collectionUUID": intent["collection_uuid"],
    }
    try:
        database.run_majority_command(database.client().admin, command)
    except OperationFailure as error:
        if error.code == database.NAMESPACE_EXISTS:
            raise _stray(intent["collection"]) from None
        _accept_mismatch(error, actual=intent["collection"])


def drop(name: str, uuid: UUID) -> None:
    """Drop a tenant's collection, if it is still the intended one; doing it twice changes nothing.

    Raises
    ------
    CollectionElsewhere
        The collection has another name; nothing changed.
    """
    try:
        database.run_majority_command(_database(), {"drop": name, "collectionUUID": uuid})
    except OperationFailure as error:
        _accept_mismatch(error, actual=None)


def _accept_mismatch(error: OperationFailure, actual: str | None) -> None:
    """Return if the command failed because its work was done: the collection's name is `actual`."""
    if error.code != database.COLLECTION_UUID_MISMATCH:
        raise error
    if (error.details or {}).get("actualCollection") != actual:
        raise CollectionElsewhere from error


def _database() -> Database[Document]:
    return database.client()[settings().tenant_database]
