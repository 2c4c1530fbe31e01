"""The server's errors about a pool, as they would be about the tenant's own collection."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import BulkWriteError, OperationFailure

from tenantry.runtime.mongodb import Document
from tenantry.storage.pooled.ids import OWN_ID, TENANT, own, own_path


@contextmanager
def translated(tenant: str) -> Iterator[None]:
    """Raise what an operation raises, without a trace of the other tenants in the pool."""
    try:
        yield
    except OperationFailure as error:
        raise _translated(error, tenant) from None


def _translated(error: OperationFailure, tenant: str) -> OperationFailure:
    if error.details is None:
        return error
    if isinstance(error, BulkWriteError):
        failures = [_details(failure, tenant) for failure in error.details["writeErrors"]]
        return BulkWriteError({**error.details, "writeErrors": failures})
    details = _details(error.details, tenant)
    return type(error)(details.get("errmsg", ""), error.code, details, error._max_wire_version)


def _details(details: Mapping[str, Any], tenant: str) -> Document:
    shown = {name: value for name, value in details.items() if name != "op"}  # the operation as it was sent
    for name in {"keyPattern", "keyValue"} & set(shown):
        shown[name] = _own_fields(shown[name])
    if "errmsg" in shown:
        shown["errmsg"] = _message(shown, tenant)
    return shown


def _own_fields(key: Mapping[str, Any]) -> Document:
    """Return the fields of an index's key, or their values."""
    if isinstance(key.get("_id"), Mapping):
        return own(dict(key))
    return {own_path(path): value for path, value in key.items() if path != TENANT}


def _message(details: Mapping[str, Any], tenant: str) -> str:
    message = str(details["errmsg"]).replace(f"{tenant}:", "").replace(OWN_ID, "_id")
    if "keyValue" in details:
        return f"{message.partition(' dup key: ')[0]} dup key: {details['keyValue']}"
    before, stored_id, id_and_after = message.partition(f'{{ tenant: "{tenant}", id: ')
    own_id, _, after = id_and_after.rpartition(" }")
    return before + own_id + after if stored_id else message
