"""Errors about a pool are handed on as errors about the tenant's own documents."""

from typing import Any

import pytest
from pymongo.errors import BulkWriteError, DuplicateKeyError, ExecutionTimeout, OperationFailure

from tenantry.storage.pooled import errors

TENANT = "org_" + "5" * 32
DUPLICATE: dict[str, Any] = {
    "index": 0,
    "code": 11000,
    "errmsg": f"E11000 duplicate key error collection: t.pool_0 index: {TENANT}:a_1 "
    f'dup key: {{ _id.tenant: "{TENANT}", a: {{ b: 1 }} }}',
    "keyPattern": {"_id.tenant": 1, "a": 1},
    "keyValue": {"_id.tenant": TENANT, "a": {"b": 1}},
}


def raised(error: OperationFailure) -> OperationFailure:
    with pytest.raises(type(error)) as caught, errors.translated(TENANT):
        raise error
    return caught.value


def test_duplicate_key_is_told_in_ones_own_fields() -> None:
    error = raised(DuplicateKeyError(DUPLICATE["errmsg"], 11000, DUPLICATE))
    assert error.code == 11000
    assert error.details is not None
    assert error.details["keyPattern"] == {"a": 1}
    assert error.details["keyValue"] == {"a": {"b": 1}}
    assert "index: a_1 dup key: {'a': {'b': 1}}" in str(error)
    assert TENANT not in str(error)


def test_duplicate_id_is_told_without_the_tenant() -> None:
    of_id = {"keyPattern": {"_id": 1}, "keyValue": {"_id": {"tenant": TENANT, "id": 7}}}
    details = raised(
        DuplicateKeyError("", 11000, {"errmsg": "E11000 index: _id_ dup key: x", **of_id})
    ).details
    assert details is not None
    assert details["keyValue"] == {"_id": 7}
    assert details["errmsg"] == "E11000 index: _id_ dup key: {'_id': 7}"


def test_values_in_other_messages_are_ones_own() -> None:
    message = f'found to have been altered to _id: {{ tenant: "{TENANT}", id: {{ a: {{ b: 1 }} }} }}'
    error = raised(OperationFailure(message, 66, {"errmsg": message, "code": 66}))
    assert "altered to _id: { a: { b: 1 } }, full error" in str(error)


def test_errors_of_many_writes_keep_their_place_and_lose_the_operation() -> None:
    failure = DUPLICATE | {"index": 3, "op": {"q": {"_id.tenant": TENANT}, "u": {}}}
    error = raised(BulkWriteError({"writeErrors": [failure], "nInserted": 2}))
    assert error.details is not None
    (told,) = error.details["writeErrors"]
    assert (told["index"], told["code"], error.details["nInserted"]) == (3, 11000, 2)
    assert "op" not in told
    assert TENANT not in str(error.details)


@pytest.mark.parametrize("label", ["TransientTransactionError", "UnknownTransactionCommitResult"])
def test_labels_that_transactions_need_are_kept(label: str) -> None:
    details = {"errmsg": "WriteConflict", "code": 112, "errorLabels": [label]}
    assert raised(OperationFailure("WriteConflict", 112, details)).has_error_label(label)


def test_running_out_of_time_stays_that() -> None:
    assert raised(ExecutionTimeout("too late", 50, {"errmsg": "too late", "code": 50})).timeout
    error = OperationFailure("no details")
    assert raised(error) is error
