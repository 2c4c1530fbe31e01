"""What the service is doing at this moment, for `tenantry watch` and GET /operator/status.

Every question takes a bounded part of an index, or a number that the server keeps anyway, so that the answer
costs the same however many organizations there are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from pymongo.errors import OperationFailure, PyMongoError

from tenantry.audit.recording import audit
from tenantry.errors import TenantryError
from tenantry.identity import counters
from tenantry.lifecycle.moves.records import moves
from tenantry.lifecycle.oversight import rolling_out, waiting
from tenantry.lifecycle.oversight.findings import reason_of
from tenantry.lifecycle.oversight.servers import status_of
from tenantry.registry import clusters
from tenantry.registry.deletions import deletions
from tenantry.registry.organizations.document import organizations
from tenantry.runtime import moments, server_errors
from tenantry.runtime.moments import rfc3339
from tenantry.runtime.mongodb import Document

MOST_COUNTED: Final = waiting.MOST_COUNTED
MOST_RECORDS: Final = 2_000  # of the audit record, in the latest minute
MOST_COUNTERS: Final = 1_000
MOST_MOVES: Final = 20
MINUTE: Final = timedelta(minutes=1)


def take() -> Document:
    """Return what the service is doing.

    Numbers that have to be counted end at `MOST_COUNTED`.

    Raises
    ------
    pymongo.errors.PyMongoError, TenantryError
        The master database cannot be asked.
    """
    return {
        "at": rfc3339(moments.now()),
        "organizations": _organizations(),
        "waiting": [kind._asdict() for kind, _ in waiting.find_all()],
        "moves": list(_moves()),
        "rollouts": [status._asdict() for status, _ in rolling_out.find_all()],
        "actions": _actions(),
        "pausing_counters": _pausing_counters(),
        "clusters": list(_clusters()),
    }


def _organizations() -> dict[str, int]:
    """Return how many there are, are suspended, are being changed, and can be brought back."""
    with_intent: Iterable[Any] = organizations().aggregate(
        [
            {"$match": {"intent.created_at": {"$exists": True}}},
            {"$limit": MOST_COUNTED},
            {"$group": {"_id": "$state", "number": {"$sum": 1}}},
        ]
    )
    states = dict.fromkeys(("creating", "renaming", "deleting"), 0)
    states |= {state["_id"]: state["number"] for state in with_intent}
    total, aside = organizations().estimated_document_count(), deletions().estimated_document_count()
    return {"total": total, "suspended": _suspended(), "kept": aside} | states


def _suspended() -> int:
    """Return how many are suspended, from an index that has these and few others; 0 if nothing is set up."""
    query, index = {"suspended_at": {"$exists": True}}, "exceptional_created_at"
    try:
        return organizations().count_documents(query, limit=MOST_COUNTED, hint=index)
    except OperationFailure as error:
        if error.code != server_errors.BAD_VALUE:  # there is no such index
            raise
        return 0


def _moves() -> Iterator[Document]:
    now = moments.now()
    for move in moves().find().sort("_id", 1).limit(MOST_MOVES):
        target = move["target"]
        yield {
            "organization_id": move["_id"],
            "phase": move["phase"],
            "to": target["cluster"] + ("/pooled" if target["kind"] == "pooled" else ""),
            "documents": move["done"].get("documents", 0),
            "seconds": (now - move["started_at"]).total_seconds(),
            "idle_seconds": (now - move["progressed_at"]).total_seconds(),
        }


def _actions() -> list[Document]:
    """Return what the audit record says of the latest minute, by action.

    If there are more than `MOST_RECORDS`, the latest of them stand for the minute.
    """
    now = moments.now()
    latest = audit().find({"at": {"$gt": now - MINUTE}}, {"at": 1, "action": 1, "_id": 0})
    records = list(latest.sort([("at", -1), ("_id", -1)]).limit(MOST_RECORDS))
    seconds = MINUTE.total_seconds()
    if len(records) == MOST_RECORDS:
        seconds = max((now - records[-1]["at"]).total_seconds(), 0.001)
    numbers = Counter(record["action"] for record in records)
    return [
        {"action": action, "per_minute": round(number * MINUTE.total_seconds() / seconds, 1)}
        for action, number in numbers.most_common()
    ]


def _pausing_counters() -> int:
    """Return how many of the `MOST_COUNTERS` counters that end last let nobody try at the moment."""
    stored = counters.login_attempts().find({}, {"blocked_until": 1})
    last = stored.sort("expires_at", -1).limit(MOST_COUNTERS)
    now = moments.now()
    return sum(counter["blocked_until"] > now for counter in last)


def _clusters() -> Iterator[Document]:
    registered = {cluster["_id"]: cluster for cluster in clusters.find_all()}
    for name in dict.fromkeys([*_names(), *registered]):
        cluster = registered.get(name)
        capacity: dict[str, Any] = {
            "namespaces": cluster["namespaces"] if cluster else 0,
            "limit": cluster["limit"] if cluster else clusters.DEFAULT_LIMIT,
            "pools": len(cluster["pools"]) if cluster else 0,
        }
        yield {"name": name} | capacity | _load(name)


def _names() -> list[str]:
    try:
        return clusters.names()
    except TenantryError:  # the connection strings of further clusters cannot be read; each of them says so
        return [clusters.MAIN]


def _load(cluster: str) -> Document:
    """Return the server's connections and how many operations it has carried out, or why it tells neither."""
    try:
        status = status_of(clusters.cluster_client(cluster))
    except (PyMongoError, TenantryError) as error:
        return {"connections": None, "operations": None, "error": reason_of(error)}
    return {
        "connections": status["connections"]["current"],
        "operations": sum(status["opcounters"].values()),
        "error": None,
    }
