"""What requests under an idempotency key have stored in a tenant's collection, so that none stores it twice.

The record of a key is written in the transaction that stores the documents, so it is there exactly if they
are. No transaction reaches two clusters, so records lie beside the documents: in the collection
`idempotency_keys` of the tenant database on the organization's cluster. They stay there when the organization
moves, which knows where it has been (`past_clusters`).
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from pymongo import ASCENDING
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from tenantry.errors import IdempotencyKeyReused, RequestInFlight
from tenantry.lifecycle.idempotency import KEPT_FOR
from tenantry.registry import clusters
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.runtime import moments, process, server_errors
from tenantry.runtime.mongodb import Document
from tenantry.tenants.fence import Fence

COLLECTION: Final = "idempotency_keys"  # no organization's, for their collections begin with org_
_WRITTEN_BY_ANOTHER: Final = {server_errors.WRITE_CONFLICT, server_errors.DUPLICATE_KEY}


class Key(NamedTuple):
    """An idempotency key of one caller, and the request that it is for, both as digests."""

    record_id: str
    request: str

    @classmethod
    def of(cls, organization_id: str, caller_id: str, key: str, request: str) -> "Key":
        """Make the key of a caller; another organization's or caller's equal key is a different one.

        Parameters
        ----------
        organization_id, caller_id : str
            The caller's.
        key : str
            The Idempotency-Key field.
        request : str
            A digest of all that is asked for.
        """
        scope = json.dumps([organization_id, caller_id, key])
        return cls(hashlib.sha256(scope.encode()).hexdigest(), request)


class Stored(NamedTuple):
    """What is stored of a list under a key.

    Parameters
    ----------
    steps : int
        Transactions that have stored some of it.
    ids : sequence
        For each document its id, or None as long as it is not stored.
    """

    steps: int
    ids: Sequence[Any]


class Repetition:
    """Insertions into a tenant's collection under one key, by whichever of several equal requests.

    Parameters
    ----------
    fence : Fence
        Of the collection.
    key : Key
        Of the caller.
    """

    def __init__(self, fence: Fence, key: Key) -> None:
        self._fence = fence
        self._key = key

    def stored(self) -> Stored:
        """Return what is stored under the key.

        Raises
        ------
        IdempotencyKeyReused
            The key is of a different request.
        """
        return self._fence.look(self._find)

    def insert(self, documents: Sequence[Document], stored: Stored) -> None:
        """Insert documents that have ids, all or none, and note what is stored under the key then.

        Parameters
        ----------
        documents : sequence of dict
            What is not stored yet.
        stored : Stored
            What is stored with them.

        Raises
        ------
        RequestInFlight
            Another request has stored something under the key meanwhile; nothing was inserted.
        IdempotencyKeyReused
            The key is of a different request; nothing was inserted.
        pymongo.errors.PyMongoError
            As from `TenantCollection.insert_many`.
        """
        self._fence.write(
            lambda collection, session: collection.insert_many(documents, session=session),
            lambda organization, session: self._save(stored, organization, session),
        )

    def _find(self, organization: OrganizationDocument, session: ClientSession | None = None) -> Stored:
        by_id = {"_id": self._key.record_id}
        records = [_records(place_of(organization).cluster).find_one(by_id, session=session)]
        past = [
            past_cluster
            for past_cluster in organization.get("past_clusters", ())
            if past_cluster["until"] > moments.now()
        ]
        records += [_records(past_cluster["cluster"]).find_one(by_id) for past_cluster in past]
        # After a move away and back, the present cluster may have an old record, too.
        record = max(filter(None, records), key=lambda record: int(record["steps"]), default=None)
        if record is None:
            return Stored(0, ())
        if record["request"] != self._key.request:
            raise IdempotencyKeyReused
        return Stored(record["steps"], record["ids"])

    def _save(self, stored: Stored, organization: OrganizationDocument, session: ClientSession) -> None:
        """Write the record before the documents: of two equal requests at one moment, one fails here."""
        cluster = place_of(organization).cluster
        ensure_index(cluster)  # before the transaction's snapshot, or MongoDB 7.0 calls it a write conflict
        if self._find(organization, session).steps != stored.steps - 1:
            raise RequestInFlight
        record = {
            "request": self._key.request,
            "expires_at": moments.now() + KEPT_FOR,
            **stored._asdict(),
        }
        try:
            _records(cluster).update_one(
                {"_id": self._key.record_id}, {"$set": record}, upsert=True, session=session
            )
        except OperationFailure as error:
            if error.code in _WRITTEN_BY_ANOTHER:
                raise RequestInFlight from None
            raise


def _records(cluster: str) -> Collection[Document]:
    return clusters.tenant_database(cluster)[COLLECTION]


@process.forgettable
@cache
def ensure_index(cluster: str) -> None:
    """Let the records on a cluster end by themselves; once per process."""
    _records(cluster).create_index([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0)
