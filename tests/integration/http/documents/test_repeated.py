"""Insertions that a client repeats under an idempotency key."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from pymongo import errors

from tenantry.http import handlers
from tenantry.http.documents import inserting
from tests.integration.http.documents.conftest import CANONICAL, NDJSON, Documents
from tests.support.concurrency import requests_at_once
from tests.support.databases import Databases, failing
from tests.support.overtaking import once_before
from tests.support.owners import log_in, sign_up
from tests.support.service import Answer

KEY = {"Idempotency-Key": "7f0d9a52-4f0e-4d7e-9d3a-0c5f1f6a2b11"}
NOTE = {"text": "hello", "at": {"$date": "2026-01-31T12:00:00Z"}}
LINES = '{"text":"one"}\n{"_id":"kept"}\n{"_id":"two","n":{"$numberLong":"2"}}\n'


def stored(databases: Databases) -> list[Any]:
    return [document for document in databases.documents("org_alpha") if document["_id"] != "kept"]


def same(first: Answer, *answers: Answer) -> bool:
    return all(answer.apart_from_request_id == first.apart_from_request_id for answer in answers)


def test_one_document_is_stored_once_and_answered_again(documents: Documents, databases: Databases) -> None:
    first = documents.insert(NOTE, headers=KEY)
    before = databases.fingerprint()
    assert first.status == 201
    assert same(first, documents.insert(NOTE, headers=KEY))
    assert databases.fingerprint() == before
    canonical = documents.insert(NOTE, headers=KEY | CANONICAL)
    assert canonical.json["_id"] == first.json["_id"]
    assert len(stored(databases)) == 1
    without = documents.insert(NOTE)
    assert without.json["_id"] != first.json["_id"]


@pytest.mark.parametrize("parameters", ["", "?ordered=false"])
def test_list_is_stored_once_and_answered_again(
    documents: Documents, databases: Databases, parameters: str
) -> None:
    refused, taken = {"_id": {"$where": 1}}, {"_id": "kept"}
    lists = [{"a": 1}, {"_id": 5}, refused, {"_id": {"$numberLong": "6"}}, taken, {"a": 2}]
    first = documents.insert(lists, parameters, headers=KEY)
    before = databases.fingerprint()
    assert first.status == 207
    assert same(first, documents.insert(lists, parameters, headers=KEY))
    assert databases.fingerprint() == before
    assert first.json["inserted"] == len(stored(databases)) == (4 if parameters else 2)


def test_import_of_lines_is_stored_once_and_answered_again(
    documents: Documents, databases: Databases
) -> None:
    for parameters in ("?ordered=false", ""):
        key = {"Idempotency-Key": f"of {parameters}"}
        first = documents.insert_text(LINES, parameters, **NDJSON, **key)
        assert [result["status"] for result in first.json["results"]][:2] == [201, 409]
        assert same(first, documents.insert_text(LINES, parameters, **NDJSON, **key))
    assert Counter(document.get("text") for document in stored(databases)) == {"one": 2, None: 1}


def test_what_is_not_stored_is_tried_again(documents: Documents, databases: Databases) -> None:
    documents.index("POST", {"keys": [{"field": "n"}], "unique": True})
    databases.stored("org_alpha").insert_one({"_id": "other", "n": 2})
    lists = [{"n": 1}, {"n": 2}, {"n": 3}]
    first = documents.insert(lists, "?ordered=false", headers=KEY)
    assert [result["status"] for result in first.json["results"]] == [201, 409, 201]
    documents.of("other", "DELETE")
    again = documents.insert(lists, "?ordered=false", headers=KEY)
    assert [result["status"] for result in again.json["results"]] == [201, 201, 201]
    assert again.json["results"][::2] == first.json["results"][::2]
    assert sorted(document["n"] for document in stored(databases)) == [1, 2, 3]


def test_refused_document_leaves_the_key_free(documents: Documents) -> None:
    assert documents.insert({"_id": "kept"}, headers=KEY).code == "document-exists"
    assert documents.insert({"_id": {"$where": 1}}, headers=KEY).status == 422
    assert documents.insert({"_id": "fresh"}, headers=KEY).status == 201


@pytest.mark.parametrize(
    ("sent", "parameters"), [({"text": "other"}, ""), ([NOTE], ""), (NOTE, "?ordered=false")]
)
def test_key_is_for_one_request(
    documents: Documents, databases: Databases, sent: Any, parameters: str
) -> None:
    documents.insert(NOTE, headers=KEY)
    before = databases.fingerprint()
    refused = documents.insert(sent, parameters, headers=KEY)
    assert (refused.status, refused.code) == (422, "idempotency-key-reused")
    assert databases.fingerprint() == before


def test_key_of_another_organization_or_account_is_another_one(
    documents: Documents, databases: Databases
) -> None:
    service, owner = documents.service, documents.owner
    first = documents.insert(NOTE, headers=KEY)
    beta = sign_up(service, "Beta")
    of_beta = service.post(f"{beta.path}/documents", NOTE, token=beta.token, headers=KEY)
    second = service.post("/organizations", {"name": "Gamma"}, token=owner.token).json["organization"]
    token = log_in(service, owner.email, "gamma")
    of_second = service.post("/organizations/gamma/documents", NOTE, token=token, headers=KEY)
    colleague = databases.master["accounts"].find_one({"email": beta.email}) or {}
    member = {"organization_id": owner.id, "account_id": colleague["_id"], "role": "owner"}
    databases.master["members"].insert_one({"_id": "mem_colleague", **member})
    token = log_in(service, beta.email, owner.id)
    of_colleague = service.post(documents.path, NOTE, token=token, headers=KEY)
    assert [answer.status for answer in (first, of_beta, of_second, of_colleague)] == [201] * 4
    assert len({answer.json["_id"]["$oid"] for answer in (first, of_beta, of_second, of_colleague)}) == 4
    assert second["slug"] == "gamma"
    assert len(stored(databases)) == 2


def test_what_has_been_deleted_since_is_not_called_stored(documents: Documents, databases: Databases) -> None:
    first = documents.insert(NOTE, headers=KEY)
    assert documents.of(first.json["_id"]["$oid"], "DELETE").status == 204
    again = documents.insert(NOTE, headers=KEY)
    assert (again.status, again.code) == (409, "idempotency-key-spent")
    key = {"Idempotency-Key": "list"}
    lists = [{"_id": "a"}, {"_id": "b"}]
    documents.insert(lists, headers=key)
    documents.of("a", "DELETE")
    results = documents.insert(lists, headers=key).json["results"]
    assert (results[0]["code"], results[1]) == ("idempotency-key-spent", {"status": 201, "_id": "b"})
    assert [document["_id"] for document in stored(databases)] == ["b"]


def test_answer_stays_what_it_was_when_the_document_has_changed(documents: Documents) -> None:
    first = documents.insert(NOTE, headers=KEY)
    documents.of(first.json["_id"]["$oid"], "PUT", {"text": "changed"})
    assert same(first, documents.insert(NOTE, headers=KEY))


@pytest.mark.parametrize("sent", [NOTE, [{"n": number} for number in range(20)]], ids=["one", "list"])
def test_of_equal_requests_at_once_one_stores(documents: Documents, databases: Databases, sent: Any) -> None:
    request = {"method": "POST", "path": documents.path, "token": documents.owner.token}
    answers = requests_at_once("documents", [request | {"json_body": sent, "headers": KEY}] * 4)
    assert {answer.status for answer in answers} <= {201, 409}
    assert {answer.code for answer in answers} <= {"", "request-in-flight"}
    succeeded = [answer for answer in answers if answer.status == 201]
    assert succeeded
    assert same(*succeeded, documents.insert(sent, headers=KEY))
    assert len(stored(databases)) == (len(sent) if isinstance(sent, list) else 1)


def test_request_that_another_overtakes_stores_nothing(
    documents: Documents, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes after the look at what is stored."""
    overtaking = partial(documents.insert, NOTE, headers=KEY)
    once_before(monkeypatch, inserting._Insertion, "run", overtaking)
    overtaken = documents.insert(NOTE, headers=KEY)
    assert (overtaken.status, overtaken.code) == (409, "request-in-flight")
    assert overtaken.headers["retry-after"] == "1"
    assert documents.insert(NOTE, headers=KEY).status == 201
    assert len(stored(databases)) == 1


def test_while_one_is_at_it_the_other_has_to_wait(documents: Documents, databases: Databases) -> None:
    """Whether the first one lives or was killed in its transaction, which the server ends in the end."""
    documents.insert(NOTE, headers={"Idempotency-Key": "prepares the collection"})
    keys = databases.tenants["idempotency_keys"]
    record = keys.find_one()
    assert record is not None
    keys.delete_one({"_id": record["_id"]})
    repeated = partial(documents.insert, NOTE, headers={"Idempotency-Key": "prepares the collection"})
    with databases.client.start_session() as session, session.start_transaction():
        keys.insert_one(record, session=session)
        waiting = repeated()
        session.abort_transaction()
    assert (waiting.status, waiting.code) == (409, "request-in-flight")
    assert repeated().status == 201
    assert len(stored(databases)) == 2


@pytest.mark.parametrize("command", ["insert", "update", "commitTransaction"])
def test_whatever_becomes_of_the_first_request_the_list_is_stored_once(
    documents: Documents, databases: Databases, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections break while the record or the documents are written, or before the commit is confirmed."""
    monkeypatch.setattr(handlers, "REQUEST_TIMEOUT_SECONDS", 1)
    with failing(databases.client, command, closeConnection=True, times=50):
        lost = documents.insert([NOTE, NOTE], headers=KEY)
    assert lost.status == 503
    databases.client.admin.command({"killAllSessions": []})  # as the server does with old transactions
    assert documents.insert([NOTE, NOTE], headers=KEY).status == 201
    assert len(stored(databases)) == 2


def test_list_goes_on_where_it_was_interrupted(
    documents: Documents, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first part of a list without an order is stored, then the database is gone."""
    documents.index("POST", {"keys": [{"field": "n"}], "unique": True})
    databases.stored("org_alpha").insert_one({"_id": "other", "n": 2})
    lists = [{"n": 1}, {"n": 2}, {"n": 3}]
    insert = inserting._Insertion._insert

    def gone(self: Any, chunk: list[int]) -> Any:
        if chunk == [2]:
            raise errors.AutoReconnect
        return insert(self, chunk)

    with monkeypatch.context() as patched:
        patched.setattr(inserting._Insertion, "_insert", gone)
        assert documents.insert(lists, "?ordered=false", headers=KEY).status == 503
    assert [document["n"] for document in stored(databases) if document["_id"] != "other"] == [1]
    again = documents.insert(lists, "?ordered=false", headers=KEY)
    assert [result["status"] for result in again.json["results"]] == [201, 409, 201]
    assert sorted(document["n"] for document in stored(databases)) == [1, 2, 3]


def test_record_is_written_with_the_documents(
    documents: Documents, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise errors.AutoReconnect

    with monkeypatch.context() as patched:
        patched.setattr("tenantry.registry.organizations.finding.find_to_commit", killed)
        assert documents.insert(NOTE, headers=KEY).status == 503
    assert databases.tenants["idempotency_keys"].count_documents({}) == 0
    assert documents.insert(NOTE, headers=KEY).status == 201


def test_records_hold_no_text_and_end_by_themselves(documents: Documents, databases: Databases) -> None:
    documents.insert(NOTE, headers=KEY)
    records = databases.tenants["idempotency_keys"]
    assert records.index_information()["expires_at"]["expireAfterSeconds"] == 0
    written = str(list(records.find()))
    assert not [text for text in (KEY["Idempotency-Key"], "hello", documents.owner.id) if text in written]
    databases.check_invariants()
