"""Functions that are transactions of the master's cluster."""

import time

import pymongo
import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure, PyMongoError

from tenantry.runtime import mongodb
from tests.support.databases import Databases

TRANSIENT = OperationFailure("conflict", 112, {"errorLabels": ["TransientTransactionError"]})


@mongodb.in_transaction
def store(session: ClientSession, number: int, failures: list[Exception]) -> int:
    """Store a number, then fail if failures are left."""
    mongodb.collection("numbers").insert_one({"number": number}, session=session)
    if failures:
        raise failures.pop()
    return number


def numbers(databases: Databases) -> list[int]:
    return [document["number"] for document in databases.master["numbers"].find()]


def test_what_a_transaction_has_written_stays_and_its_result_is_returned(databases: Databases) -> None:
    assert store(7, failures=[]) == 7
    assert numbers(databases) == [7]


def test_a_transaction_that_raises_has_written_nothing(databases: Databases) -> None:
    with pytest.raises(ValueError, match="refused"):
        store(7, [ValueError("refused")])
    assert numbers(databases) == []


def test_a_transaction_that_meets_a_transient_conflict_runs_again(databases: Databases) -> None:
    failures: list[Exception] = [TRANSIENT, TRANSIENT]
    assert store(7, failures) == 7
    assert failures == []
    assert numbers(databases) == [7]


def test_a_transaction_whose_time_is_over_leaves_no_locks(databases: Databases) -> None:
    store(7, failures=[])
    stored = databases.master["numbers"]

    def linger(session: ClientSession) -> None:
        mongodb.collection("numbers").update_one({}, {"$set": {"number": 8}}, session=session)
        time.sleep(0.3)
        mongodb.collection("numbers").find_one({}, session=session)

    with pytest.raises(PyMongoError) as caught, pymongo.timeout(0.3):
        mongodb.run_transaction(linger)
    assert caught.value.timeout
    with pymongo.timeout(5):
        stored.update_one({}, {"$set": {"number": 9}})
    assert numbers(databases) == [9]
