"""The fence around a tenant's collection: no operation reaches a collection that has become another tenant's.

The organization may be renamed or deleted at any moment, and another may take its old name. So a write first
takes the collection's lock by writing inside a transaction, then asks the master database, outside the
transaction's snapshot, whether the collection is still that organization's, and only then commits. No rename
or drop can run between the two, for they wait for the lock. A read asks afterwards, too.

So an operation may start from the name that was seen last, which saves a question: what is written under an
outdated name is rolled back, together with the collection that it may have created.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, Final, NamedTuple

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from tenantry.errors import OrganizationNotFound, OrganizationSuspended, ServiceUnavailable, TenantryError
from tenantry.identity import presuming
from tenantry.lifecycle.intents.settling import settle
from tenantry.registry import clusters
from tenantry.registry.organizations import finding, moving
from tenantry.registry.organizations.changing import Overtaken
from tenantry.registry.organizations.document import OrganizationDocument, Place, place_of
from tenantry.registry.organizations.usage import NOTHING, Size
from tenantry.runtime import mongodb, server_errors
from tenantry.storage import collections
from tenantry.storage.opening import open_place
from tenantry.storage.tenant_storage import TenantDocuments, TenantIndexes, TenantStorage
from tenantry.tenants import room
from tenantry.tenants.counted_documents import CountedDocuments

MAX_ATTEMPTS: Final = 20  # of one operation, each overtaken by a rename

Writable = TenantDocuments | CountedDocuments


class _Written[Result](NamedTuple):
    """What a transaction has returned and added, and the organization as it was just before the commit."""

    result: Result
    organization: OrganizationDocument
    growth: Size


def _until_not_overtaken[**Arguments, Result](
    method: Callable[Concatenate["Fence", Arguments], Result],
) -> Callable[Concatenate["Fence", Arguments], Result]:
    """Decorate a method of `Fence` so that it starts over as long as the organization changes during it."""

    @wraps(method)
    def operation(fence: "Fence", /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        for _ in range(MAX_ATTEMPTS):
            try:
                return method(fence, *args, **kwargs)
            except Overtaken:
                fence.forget()
        raise ServiceUnavailable

    return operation


class Fence:
    """Runs operations on the collection of one organization, under whatever name it has at the moment.

    Parameters
    ----------
    organization_id : str
        The organization.
    last_seen : OrganizationDocument, optional
        The organization as it was read a moment ago, which saves the first look at it.

    Raises
    ------
    OrganizationNotFound, OrganizationSuspended, ServiceUnavailable
        From every operation, as from those of `TenantCollection`.
    """

    def __init__(self, organization_id: str, last_seen: OrganizationDocument | None = None) -> None:
        self.organization_id = organization_id
        self._last_seen = last_seen

    def forget(self) -> None:
        """Forget the organization as it was last seen, so that the next operation reads it."""
        self._last_seen = None

    @_until_not_overtaken
    def write[Result](
        self,
        operation: Callable[[Writable, ClientSession], Result],
        first: Callable[[OrganizationDocument, ClientSession], None] = lambda *_: None,
    ) -> Result:
        """Run an operation that writes, in a transaction of its own.

        What it raises is passed on only if it ran on this organization's collection, for a duplicate key may
        be another tenant's. It may run several times, each time after `first`, which is told the
        organization.

        Raises
        ------
        LimitReached
            The organization has no room for what it adds; nothing was written.
        """
        before = self._settled()
        transaction = partial(self._write, before, operation, first)
        try:
            written = mongodb.run_transaction(
                transaction, on=clusters.cluster_client(place_of(before).cluster)
            )
        except room.NotMeasured as not_measured:
            room.measure(not_measured.organization)
            raise Overtaken from None
        room.take(written.organization, written.growth)
        return written.result

    def _write[Result](
        self,
        before: OrganizationDocument,
        operation: Callable[[Writable, ClientSession], Result],
        first: Callable[[OrganizationDocument, ClientSession], None],
        session: ClientSession,
    ) -> _Written[Result]:
        place = place_of(before)
        opened = self._opened(place).documents
        documents = CountedDocuments(opened) if room.is_limited(before) else opened
        try:
            first(before, session)
            result = operation(documents, session)
        except (OperationFailure, TenantryError):
            self._check_unchanged(before)
            raise
        present = self._present_to_commit(place.cluster)
        if present is None or place_of(present) != place or not moving.is_usable(present):
            raise Overtaken
        return _Written(result, present, _growth(documents, present))

    def read[Result](self, operation: Callable[[TenantDocuments], Result]) -> Result:
        """Run an operation that does not write; it may run several times."""
        return self.look(lambda organization: operation(self._opened(place_of(organization)).documents))

    @_until_not_overtaken
    def look[Result](self, operation: Callable[[OrganizationDocument], Result]) -> Result:
        """Run an operation that is told the organization and does not write; it may run several times."""
        before = self._settled()
        try:
            result = operation(before)
        except OperationFailure as error:
            self._check_unchanged(before)
            if error.code != server_errors.QUERY_PLAN_KILLED:
                raise
            raise Overtaken from error
        self._check_unchanged(before)
        return result

    @_until_not_overtaken
    def change[Result](self, operation: Callable[[TenantIndexes], Result]) -> Result:
        """Run a command about indexes, which no transaction takes; it may run several times."""
        before = self._settled()
        storage = self._opened(place_of(before))
        try:
            with storage.changing_indexes(partial(self._check_unchanged, before)) as indexes:
                return operation(indexes)
        except collections.CollectionElsewhere:
            raise Overtaken from None

    def _opened(self, place: Place) -> TenantStorage:
        return open_place(place, self.organization_id)

    def _check_unchanged(self, before: OrganizationDocument) -> None:
        present = self._confirmed() or finding.find(self.organization_id)
        if present is None or present["version"] != before["version"] or not moving.is_usable(present):
            raise Overtaken

    def _present_to_commit(self, cluster: str) -> OrganizationDocument | None:
        """Return the organization as it is at present; without a session, so in no transaction's snapshot."""
        confirmed = self._confirmed()
        if confirmed is not None and cluster == clusters.MAIN:
            return confirmed
        return finding.find_to_commit(self.organization_id, cluster)

    def _confirmed(self) -> OrganizationDocument | None:
        """Confirm the request's caller; return the organization if it was read for that."""
        organization = presuming.confirm()
        is_own = organization is not None and organization["_id"] == self.organization_id
        return organization if is_own else None

    def _settled(self) -> OrganizationDocument:
        """Return the organization, as it was last seen without an intent."""
        organization = self._last_seen or finding.find(self.organization_id)
        self._last_seen = settle(organization, deletion=False) if organization else None
        if self._last_seen is None or self._last_seen["state"] == "deleting":
            raise OrganizationNotFound
        if self._last_seen.get("suspended_at"):
            self.forget()
            raise OrganizationSuspended
        return self._last_seen


def _growth(documents: Writable, present: OrganizationDocument) -> Size:
    """Return what a transaction has added, if there is room for it; nothing where that is not limited."""
    if isinstance(documents, CountedDocuments):
        room.check(present, documents.growth)
        return documents.growth
    if room.is_limited(present):  # which it was not when it was read last, so nothing was counted
        raise Overtaken
    return NOTHING
