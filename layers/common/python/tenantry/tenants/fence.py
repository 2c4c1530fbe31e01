"""`TenantCollection`: how a function reaches the collection of one organization.

The organization may be renamed or deleted at any moment, and its old name may be another's by then. So a
write first takes the collection's lock by writing inside a transaction, then asks the master database,
outside the transaction's snapshot, whether the collection is still that organization's, and only then
commits. No rename or drop can run between the two, for they wait for the lock. A read asks afterwards, too.

So the name that an operation starts from need not be fresh, and the one that was seen last saves a question:
what is written under a stale name is rolled back, together with the collection that it may have created.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import OperationFailure
from pymongo.results import DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from tenantry import database, organizations
from tenantry.errors import OrganizationNotFound, ServiceUnavailable
from tenantry.organizations import OrganizationDocument
from tenantry.tenants import ddl
from tenantry.tenants.intents import settle

MAX_ATTEMPTS: Final = 20  # of one operation, each beaten by a rename
MAX_FOUND: Final = 1000

Document = database.Document


class _TenantMoved(Exception):
    """The organization's collection changed its name during the attempt."""


class TenantCollection:
    """The collection of one organization, under whatever name it has at the moment.

    Make one with `collection`. Operations mean what they mean in pymongo; each is complete or did not
    happen.

    Raises
    ------
    OrganizationNotFound
        From every operation: the organization has been deleted.
    ServiceUnavailable
        From every operation: the organization was renamed during each of many attempts; nothing was written.
    pymongo.errors.PyMongoError
        From every operation, as from pymongo. After a network error or timeout the outcome of a write is
        unknown: it has happened wholly, in this organization's collection, or not at all.

    Examples
    --------
    >>> notes = tenants.collection(caller.organization_id)
    >>> notes.insert_one({"text": "hello"})
    >>> notes.find({"text": "hello"})
    """

    def __init__(self, organization_id: str) -> None:
        self._organization_id = organization_id
        self._last_seen: OrganizationDocument | None = None

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
            before = self._settled()
            name = before["collection"]
            try:
                result = operation(ddl.tenant_database()[name], session)
            except OperationFailure:
                self._check_unchanged(before)  # else the failure may tell of another tenant's documents
                raise
            # Without the session, so that it sees the present and not the transaction's snapshot.
            present = organizations.find(self._organization_id)
            if present is None or present["state"] != "active" or present["collection"] != name:
                raise _TenantMoved
            return result

        return self._retried(lambda: database.run_transaction(attempt))

    def _read[Result](self, operation: Callable[[Collection[Document]], Result]) -> Result:
        def attempt() -> Result:
            before = self._settled()
            try:
                result = operation(ddl.tenant_database()[before["collection"]])
            except OperationFailure as error:
                self._check_unchanged(before)
                if error.code != database.QUERY_PLAN_KILLED:
                    raise
                raise _TenantMoved from error
            self._check_unchanged(before)
            return result

        return self._retried(attempt)

    def _check_unchanged(self, before: OrganizationDocument) -> None:
        present = organizations.find(self._organization_id)
        if present is None or present["version"] != before["version"]:
            raise _TenantMoved

    def _settled(self) -> OrganizationDocument:
        """Return the organization, as it was last seen without an intent."""
        if self._last_seen is None:
            organization = organizations.find(self._organization_id)
            self._last_seen = settle(organization) if organization else None
        if self._last_seen is None:
            raise OrganizationNotFound
        return self._last_seen

    def _retried[Result](self, attempt: Callable[[], Result]) -> Result:
        for _ in range(MAX_ATTEMPTS):
            try:
                return attempt()
            except _TenantMoved:
                self._last_seen = None
        raise ServiceUnavailable


def collection(organization_id: str) -> TenantCollection:
    """Open the collection of one organization, usually of the caller's.

    Parameters
    ----------
    organization_id : str
        The organization's id; from a verified token, never from the request.
    """
    return TenantCollection(organization_id)
