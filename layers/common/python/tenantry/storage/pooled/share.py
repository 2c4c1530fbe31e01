"""`PoolShare`: one organization's part of a collection that others share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, override

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from tenantry.errors import ServiceUnavailable
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import place_of
from tenantry.registry.organizations.usage import Size
from tenantry.runtime.mongodb import Document
from tenantry.storage import barrier, collections, pools
from tenantry.storage.collections import PLAIN, Shape
from tenantry.storage.pooled.documents import PooledDocuments
from tenantry.storage.pooled.ids import TENANT, added_bytes
from tenantry.storage.pooled.indexes import PooledIndexes
from tenantry.storage.raw.documents import RawDocuments, RawPoolShare
from tenantry.storage.raw.encoding import id_of
from tenantry.storage.tenant_storage import TenantStorage

_SIZE_OF_ALL: Final = {
    "$group": {"_id": None, "documents": {"$sum": 1}, "bytes": {"$sum": {"$bsonSize": "$$ROOT"}}}
}


class PoolShare(TenantStorage):
    """One organization's part of a collection that others share."""

    @property
    @override
    def documents(self) -> PooledDocuments:
        return PooledDocuments(collections.at(self.place), self._organization_id)

    @property
    @override
    def indexes(self) -> PooledIndexes:
        return PooledIndexes(collections.at(self.place), self._organization_id)

    @override
    @contextmanager
    def changing_indexes(self, check_unchanged: Callable[[], None]) -> Iterator[PooledIndexes]:
        indexes = self.indexes
        try:
            yield indexes
        except OperationFailure:
            self._check_present(indexes)
            raise
        self._check_present(indexes)

    def _check_present(self, indexes: PooledIndexes) -> None:
        present = finding.find(self._organization_id)
        if present is None:
            indexes.drop_all()  # what has come too late for the erasure
        if present is None or place_of(present) != self.place:
            raise collections.CollectionElsewhere

    @override
    def measure(self) -> Size:
        with collections.at(self.place).aggregate(
            [{"$match": {TENANT: self._organization_id}}, _SIZE_OF_ALL]
        ) as totals:
            total = next(totals, {"documents": 0, "bytes": 0})
        wrapping = total["documents"] * added_bytes(self._organization_id)
        return Size(total["documents"], total["bytes"] - wrapping)

    @override
    def find_uuid(self) -> None:
        return None

    @override
    def options(self) -> Document:
        return {}

    @override
    def count_indexes(self) -> int:
        return len(self.indexes.find_own())

    @property
    @override
    def is_created_apart(self) -> bool:
        return False

    @override
    def create(self, session: ClientSession, shape: Shape = PLAIN) -> None:
        """Do nothing: the pool is there."""

    @override
    def prepare(self, verify: Callable[[], None]) -> None:
        pools.create(self.place.cluster, self.place.collection)

    @override
    def remove(self, verify: Callable[[], None], advance: Callable[[], None]) -> None:
        if not barrier.wait(self.place):  # whoever writes later asks whether it may, and is taken back
            raise ServiceUnavailable
        self.indexes.drop_all()
        with self.raw() as documents:
            while batch := documents.read_behind(None).documents:
                documents.replace(list(map(id_of, batch)), [], verify)
                advance()

    @override
    def _raw(self, session: ClientSession) -> RawDocuments:
        return RawPoolShare(collections.at(self.place), session, self._organization_id)
