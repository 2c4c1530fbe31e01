"""Several writes of a tenant to a pool."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from pymongo import ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, InvalidOperation
from pymongo.results import BulkWriteResult

from tenantry.runtime import ids
from tenantry.runtime.mongodb import Document
from tenantry.storage.allowed.updates import BulkOperation
from tenantry.storage.pooled import updates

_COUNTS: Final = ("nInserted", "nMatched", "nModified", "nRemoved", "nUpserted")


class BulkWrite:
    """Writes that are sent in parts, and their common result.

    Parameters
    ----------
    pool : Collection
        Where they write.
    tenant : str
        Whose they are.
    session : ClientSession or None
        In which they write.
    """

    def __init__(self, pool: Collection[Document], tenant: str, session: ClientSession | None) -> None:
        self._pool = pool
        self._tenant = tenant
        self._session = session
        self._done: Document = dict.fromkeys(_COUNTS, 0) | {"upserted": []}

    def run(self, operations: Sequence[BulkOperation]) -> BulkWriteResult:
        """Send all, in their order.

        Raises
        ------
        pymongo.errors.BulkWriteError
            One was refused; those before it are done.
        """
        if not operations:
            raise InvalidOperation("No operations to execute")
        for needs_id, part in groupby(enumerate(operations), lambda numbered: _needs_id(numbered[1])):
            numbered = list(part)
            if needs_id:
                for index, operation in numbered:
                    self._replace(operation, index)
            else:
                self._write([operation for _, operation in numbered], numbered[0][0])
        return BulkWriteResult({**self._done, "writeErrors": [], "writeConcernErrors": []}, acknowledged=True)

    def _replace(self, operation: Any, index: int) -> None:
        """Replace a document, or insert one with a random id if none matches."""
        if not self._write([ReplaceOne(operation._filter, operation._doc)], index):
            new_id = {"_id": ids.random_object_id()}
            self._write([ReplaceOne(new_id, operation._doc, upsert=True)], index)

    def _write(self, operations: Sequence[BulkOperation], offset: int) -> int:
        """Send some and return how many documents matched; `offset` is the index of the first."""
        stored = [updates.bulk(self._tenant, operation) for operation in operations]
        session = self._session
        try:
            result = self._pool.bulk_write(stored, session=session).bulk_api_result
        except BulkWriteError as error:
            self._add(error.details, offset)
            failures = [
                failure | {"index": failure["index"] + offset} for failure in error.details["writeErrors"]
            ]
            raise BulkWriteError({**error.details, **self._done, "writeErrors": failures}) from None
        self._add(result, offset)
        return int(result["nMatched"])

    def _add(self, result: Mapping[str, Any], offset: int) -> None:
        for count in _COUNTS:
            self._done[count] += result[count]
        for upserted in result["upserted"]:
            self._done["upserted"].append({"index": upserted["index"] + offset, "_id": upserted["_id"]["id"]})


def _needs_id(operation: BulkOperation) -> bool:
    return (
        isinstance(operation, ReplaceOne)
        and bool(operation._upsert)
        and updates.needs_id(operation._filter, operation._doc)
    )
