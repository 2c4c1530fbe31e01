"""`OwnCollection`: a collection that holds one organization's documents and nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import override
from uuid import UUID

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import ServiceUnavailable
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations.document import Place
from tenantry.registry.organizations.usage import Size
from tenantry.runtime.mongodb import Document
from tenantry.storage import collections, information
from tenantry.storage.collections import PLAIN, Shape
from tenantry.storage.indexes import CollectionIndexes
from tenantry.storage.raw.documents import RawCollection, RawDocuments
from tenantry.storage.tenant_storage import TenantStorage


class OwnCollection(TenantStorage):
    """A collection that holds one organization's documents and nothing else.

    Parameters
    ----------
    place, organization_id
        See `TenantStorage`.
    uuid : UUID, optional
        Its identity, where that is known.
    """

    def __init__(self, place: Place, organization_id: str, uuid: UUID | None) -> None:
        super().__init__(place, organization_id)
        self._uuid = uuid

    @property
    @override
    def documents(self) -> Collection[Document]:
        return collections.at(self.place)

    @property
    @override
    def indexes(self) -> CollectionIndexes:
        if self._uuid is None:
            raise ServiceUnavailable
        return CollectionIndexes(self.place, self._uuid)

    @override
    @contextmanager
    def changing_indexes(self, check_unchanged: Callable[[], None]) -> Iterator[CollectionIndexes]:
        self._uuid = self.find_uuid()
        check_unchanged()  # so the UUID is this organization's, whatever its name becomes
        yield self.indexes

    @override
    def measure(self) -> Size:
        statistics = information.statistics(self.place)
        return Size(statistics["count"], statistics["size"])

    @override
    def find_uuid(self) -> UUID | None:
        return information.uuid(self.place)

    @override
    def options(self) -> Document:
        return information.options(self.place)

    @override
    def count_indexes(self) -> int:
        return len(list(self.documents.list_indexes())) - 1

    @property
    @override
    def is_created_apart(self) -> bool:
        return self.place.cluster != MAIN

    @override
    def create(self, session: ClientSession, shape: Shape = PLAIN) -> None:
        collections.create(self.place, session, shape)
        if self.documents.find_one({}, session=session) is not None:  # see `collections.create`
            raise collections.CollectionExists

    @override
    def prepare(self, verify: Callable[[], None]) -> UUID | None:
        if self._uuid is not None:
            return self._uuid
        with suppress(collections.CollectionExists):  # an earlier attempt may have created it
            collections.create_checked(self.place, verify)
        uuid = self.find_uuid()
        if uuid is not None and not information.is_pristine(self.place):
            raise collections.CollectionExists
        return uuid

    @override
    def remove(self, verify: Callable[[], None], advance: Callable[[], None]) -> None:
        uuid = self._uuid
        if uuid is None and information.is_pristine(self.place):  # created, and its identity not noted yet
            uuid = self.find_uuid()
        if uuid is not None:
            collections.drop(self.place, uuid)

    @override
    def _raw(self, session: ClientSession) -> RawDocuments:
        return RawCollection(self.documents, session)
