"""`TenantStorage`: what one organization has at one place, a collection of its own or a share of a pool."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.registry.organizations.usage import Size
from tenantry.runtime.mongodb import Document
from tenantry.storage.collections import PLAIN, Shape
from tenantry.storage.indexes import CollectionIndexes
from tenantry.storage.pooled.documents import PooledDocuments
from tenantry.storage.pooled.indexes import PooledIndexes
from tenantry.storage.raw.documents import RawDocuments

TenantDocuments = Collection[Document] | PooledDocuments
TenantIndexes = CollectionIndexes | PooledIndexes


class TenantStorage(ABC):
    """The documents and indexes of one organization at one place; made by `open_place`.

    Parameters
    ----------
    place : Place
        Where they are.
    organization_id : str
        Whose they are.
    """

    def __init__(self, place: Place, organization_id: str) -> None:
        self.place = place
        self._organization_id = organization_id

    @property
    @abstractmethod
    def documents(self) -> TenantDocuments:
        """The documents, with the methods of pymongo's `Collection`."""

    @property
    @abstractmethod
    def indexes(self) -> TenantIndexes:
        """The indexes, for whoever creates and drops them.

        Raises
        ------
        ServiceUnavailable
            The identity of the organization's own collection is not known.
        """

    @abstractmethod
    def changing_indexes(self, check_unchanged: Callable[[], None]) -> AbstractContextManager[TenantIndexes]:
        """Give the indexes to a `with` block that changes them, if the organization stays where it is.

        Parameters
        ----------
        check_unchanged : callable
            Raises if the organization has changed since its place was read.

        Raises
        ------
        CollectionElsewhere
            The organization's documents are not here any more, or its collection has another name.
        ServiceUnavailable
            There is no collection.
        """

    def count_namespaces(self) -> int:
        """Count the collections and indexes that the organization takes from the cluster."""
        return self.place.initial_namespaces + self.count_indexes()

    @abstractmethod
    def count_indexes(self) -> int:
        """Count the indexes that are the organization's alone, but for that on `_id`."""

    @abstractmethod
    def measure(self) -> Size:
        """Measure the documents; what is written meanwhile may count or not.

        Raises
        ------
        pymongo.errors.PyMongoError
            There was no answer, or not within the time of `pymongo.timeout`.
        """

    @abstractmethod
    def find_uuid(self) -> UUID | None:
        """Return the identity of the organization's own collection; None if there is none."""

    @abstractmethod
    def options(self) -> Document:
        """Return the options of the organization's own collection."""

    @property
    @abstractmethod
    def is_created_apart(self) -> bool:
        """Whether a collection is to be created, and no transaction of the master's cluster can do that."""

    @abstractmethod
    def create(self, session: ClientSession, shape: Shape = PLAIN) -> None:
        """Create what a new organization needs, within the transaction that inserts it.

        Parameters
        ----------
        session : ClientSession
            Of the transaction.
        shape : Shape
            What its own collection begins with.

        Raises
        ------
        CollectionExists
            A collection that is not the organization's has the name; the transaction must be aborted.
        """

    @abstractmethod
    def prepare(self, verify: Callable[[], None]) -> UUID | None:
        """Create what is missing before documents are moved here; doing it twice changes nothing.

        Parameters
        ----------
        verify : callable
            Asked before anything that could be another's is committed; what it raises takes it back.

        Returns
        -------
        UUID or None
            Identity of the organization's own collection.

        Raises
        ------
        CollectionExists
            A collection that is not the organization's has the name; nothing changed.
        CapacityExhausted
            The cluster has no room for the pool; nothing changed.
        """

    @abstractmethod
    def remove(self, verify: Callable[[], None], advance: Callable[[], None]) -> None:
        """Remove all documents and indexes; doing it twice changes nothing.

        Parameters
        ----------
        verify : callable
            Asked before a removal is committed that could hit what is the organization's again; what it
            raises takes the removal back.
        advance : callable
            Called behind each part of the work; what it raises ends the work, which can go on later.

        Raises
        ------
        CollectionElsewhere
            The organization's collection has another name; nothing changed.
        ServiceUnavailable
            A transaction is still open that may have written here; try again.
        """

    @contextmanager
    def raw(self) -> Iterator[RawDocuments]:
        """Open the documents as the bytes that are stored, for the length of a `with` block.

        Raises
        ------
        ServiceUnavailable
            The cluster has no connection string.
        """
        with clusters.cluster_client(self.place.cluster).start_session() as session:
            yield self._raw(session)

    @abstractmethod
    def _raw(self, session: ClientSession) -> RawDocuments: ...
