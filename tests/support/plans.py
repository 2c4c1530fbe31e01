"""How the server carries out the commands that a client has sent."""

from collections.abc import Iterator
from typing import Any

from tests.support.databases import Databases, Document

PARTS = {
    "find": (
        *("find", "filter", "projection", "sort", "skip", "limit", "batchSize", "singleBatch"),
        *("hint", "min", "max"),
    ),
    "aggregate": ("aggregate", "pipeline", "cursor", "hint"),
    "update": ("update", "updates"),
    "delete": ("delete", "deletes"),
    "findAndModify": ("findAndModify", "query", "update", "arrayFilters", "new", "upsert", "remove"),
    "count": ("count", "query"),
    "distinct": ("distinct", "key", "query"),
}


def queries_of(command: Document) -> Iterator[Document]:
    """Yield the queries of a command: one for each of its updates or deletions, none if it has no query.

    They have only the fields that the server's explain accepts.
    """
    kind = next(iter(command))
    plain = {part: command[part] for part in PARTS.get(kind, ()) if part in command}
    if kind in ("update", "delete"):
        for statement in command[f"{kind}s"]:
            yield plain | {f"{kind}s": [statement]}
    elif plain:
        yield plain


def explain(databases: Databases, query: Document) -> Document:
    """Return the plan of a query on the master database, and how many keys and documents it examines."""
    explanation: Document = databases.master.command(
        {"explain": query, "verbosity": "executionStats"}, codec_options=databases.master.codec_options
    )
    return explanation


def has_scan(explanation: Any) -> bool:
    """Tell whether any part of an explanation scans a collection."""
    return any(
        part.get("stage") == "COLLSCAN" or int(part.get("collectionScans", 0)) > 0
        for part in parts(explanation)
    )


def examined(explanation: Any) -> int:
    """Return the greatest number of index entries or documents that a part of an explanation examines."""
    fields = ("totalKeysExamined", "totalDocsExamined")
    return max((int(part.get(field, 0)) for part in parts(explanation) for field in fields), default=0)


def parts(explanation: Any) -> Iterator[Document]:
    """Yield all objects of an explanation, however deep."""
    if isinstance(explanation, dict):
        yield explanation
    if isinstance(explanation, dict | list):
        for part in explanation.values() if isinstance(explanation, dict) else explanation:
            yield from parts(part)
