"""Receipts of erasure as they are stored, in the master collection `receipts`, and how they begin.

A receipt is inserted, unsigned, in the transaction that ends the data of an organization for good. So each
erasure has one, and nothing else has. The reconciler signs it afterwards; see
`tenantry.lifecycle.receipts.signing`.

It names the organization by its id alone. Name, slug and the name of its collection tell who the
organization was, and a receipt outlives what had to be forgotten.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.registry.organizations.document import Kind
from tenantry.registry.organizations.embedded import StoredSize
from tenantry.runtime import ids, moments, mongodb

KEPT: Final = timedelta(days=3653)  # ten years, as the longest of what laws commonly ask of records


class Receipt(TypedDict):
    """A receipt as it is stored; the reconciler replaces `unsigned_since` by `signed`.

    Parameters
    ----------
    documents, bytes : int or None
        What was removed; see `Erased`.
    cluster, kind
        Where it was: in a collection of its own, or pooled.
    deleted_at, erased_at : datetime
        When the deletion was decided, and when the last of the data was gone.
    decided_by : dict
        `type` of the actor who decided it, and `id` if that is an account.
    signed : str
        A JWS in compact serialisation that says the same.
    """

    _id: str
    organization_id: str
    documents: int | None
    bytes: int | None
    cluster: str
    kind: Kind
    deleted_at: datetime
    erased_at: datetime
    decided_by: dict[str, str | None]
    unsigned_since: NotRequired[datetime]
    signed: NotRequired[str]
    expires_at: datetime


class Erased(NamedTuple):
    """What was removed of an organization for good.

    Parameters
    ----------
    organization_id : str
        The organization.
    size : StoredSize or None
        How many documents, and how many bytes they took; None if they were too many to be counted.
    cluster : str
        Where they were.
    kind : {"collection", "pooled"}
        Whether the collection was the organization's own.
    deleted_at : datetime
        When the deletion was decided.
    decided_by : mapping or None
        By whom: from `tenantry.audit.recording.origin`; None for the present request and its actor.
    """

    organization_id: str
    size: StoredSize | None
    cluster: str
    kind: Kind
    deleted_at: datetime
    decided_by: Mapping[str, Any] | None


def receipts() -> Collection[Receipt]:
    """Return the master's collection of receipts."""
    return mongodb.collection("receipts")


def facts(receipt: Receipt) -> dict[str, Any]:
    """Return what a receipt says of the erasure: as its signature covers it, and as clients see it."""
    return {
        "documents": receipt["documents"],
        "bytes": receipt["bytes"],
        "cluster": receipt["cluster"],
        "kind": receipt["kind"],
        "deleted_at": moments.rfc3339(receipt["deleted_at"]),
        "erased_at": moments.rfc3339(receipt["erased_at"]),
        "decided_by": receipt["decided_by"],
    }


def add(erased: Erased, session: ClientSession) -> None:
    """Add a receipt, and record the erasure, in the transaction that ends an organization's data for good."""
    decided_by = erased.decided_by or recording.origin()
    actor = decided_by["actor"]
    now = moments.now()
    size: StoredSize | dict[str, None] = erased.size or {"documents": None, "bytes": None}
    receipt: Receipt = {
        "_id": ids.random_id("rcpt"),
        "organization_id": erased.organization_id,
        "documents": size["documents"],
        "bytes": size["bytes"],
        "cluster": erased.cluster,
        "kind": erased.kind,
        "deleted_at": erased.deleted_at,
        "erased_at": now,
        # Which operator it was is for the audit record, not for whoever is shown the receipt.
        "decided_by": {"type": actor["type"], "id": actor["id"] if actor["type"] == "account" else None},
        "unsigned_since": now,
        "expires_at": now + KEPT,
    }
    receipts().insert_one(receipt, session=session)
    details = {"receipt_id": receipt["_id"], **size}
    recording.record("organization.erased", [erased.organization_id], session, details, decided_by)
