"""Many documents in one request, and what became of each."""

import json
import time
from typing import Any

import pytest

from tenantry.http.documents import inserting
from tenantry.http.documents.requests import MAX_BYTES, MAX_DOCUMENTS
from tests.integration.http.documents.conftest import CANONICAL, NDJSON, Documents
from tests.support.databases import Databases
from tests.support.service import Answer

LITTLE_SECONDS = 1.0  # of this thread; to look at all of it took 3 to 10
BAD = {"a\0": 1}
MIXED = [{"_id": 1}, {"_id": "kept"}, {"_id": 2, "a": BAD}, {"_id": {"$oid": 1}}, 5, {"_id": 1}, {"_id": 3}]


def statuses(answer: Answer) -> list[int]:
    return [result["status"] for result in answer.json["results"]]


def ids(databases: Databases) -> list[Any]:
    return [document["_id"] for document in databases.documents("org_alpha")]


def test_array_is_stored(documents: Documents, databases: Databases) -> None:
    answer = documents.insert([{"_id": 1}, {"x": {"$numberLong": "5"}}], headers=CANONICAL)
    assert (answer.status, answer.json["inserted"], statuses(answer)) == (201, 2, [201, 201])
    assert answer.json["results"][0]["_id"] == {"$numberInt": "1"}
    assert documents.of(answer.json["results"][1]["_id"]["$oid"], "GET").json["x"] == 5
    assert documents.insert([{"_id": 9}]).json["results"] == [{"status": 201, "_id": 9}]


def test_lines_are_stored(documents: Documents, databases: Databases) -> None:
    answer = documents.insert_text('{"_id":1}\n\n {"_id":2} \r\n{"_id":3}', **NDJSON)
    assert (answer.status, answer.json["inserted"]) == (201, 3)
    assert ids(databases) == [1, 2, 3, "kept"]
    wrong = documents.insert_text('{"_id":4}\n{"_id":\n', **NDJSON)
    assert (wrong.status, wrong.code) == (400, "malformed-request")
    assert "Line 2" in wrong.json["detail"]
    assert documents.insert_text("[1]", **NDJSON).json["results"][0]["status"] == 422
    assert ids(databases) == [1, 2, 3, "kept"]


def test_each_document_is_judged_by_itself(documents: Documents, databases: Databases) -> None:
    answer = documents.insert(MIXED, "?ordered=false")
    assert answer.status == 207
    assert statuses(answer) == [201, 409, 422, 422, 422, 409, 201]
    assert answer.json["inserted"] == 2
    assert answer.json["results"][1]["code"] == "document-exists"
    assert answer.json["results"][2]["errors"][0]["field"] == "a.a\0"
    assert answer.json["results"][3]["errors"][0]["field"] == "_id.$oid"
    assert ids(databases) == [1, 3, "kept"]


@pytest.mark.parametrize("first", MIXED[1:5])
def test_first_refused_document_ends_an_ordered_insertion(
    documents: Documents, databases: Databases, first: Any
) -> None:
    answer = documents.insert([{"_id": 1}, first, {"_id": 2}, {"_id": 3}], "?ordered=true")
    assert (answer.status, answer.json["inserted"]) == (207, 1)
    assert statuses(answer)[0::2] == [201, 424]
    assert [result["code"] for result in answer.json["results"][2:]] == ["not-attempted"] * 2
    assert ids(databases) == [1, "kept"]


def test_insertions_are_ordered_unless_told_otherwise(documents: Documents, databases: Databases) -> None:
    assert statuses(documents.insert([{"_id": "kept"}, {"_id": 1}])) == [409, 424]
    assert ids(databases) == ["kept"]


@pytest.mark.parametrize("ordered", [False, True])
def test_refusals_by_a_unique_index(documents: Documents, databases: Databases, *, ordered: bool) -> None:
    documents.index("POST", {"keys": [{"field": "n"}], "unique": True})
    sent = [{"_id": number, "n": number // 2} for number in range(9)]
    answer = documents.insert(sent, f"?ordered={str(ordered).lower()}")
    expected = [201, 409] * 4 + [201] if not ordered else [201, 409] + [424] * 7
    assert statuses(answer) == expected
    assert ids(databases) == [number for number, status in enumerate(expected) if status == 201] + ["kept"]


def test_refusals_are_bounded(
    documents: Documents, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inserting, "MAX_REFUSED", 3)
    documents.index("POST", {"keys": [{"field": "n"}], "unique": True})
    answer = documents.insert([{"_id": number, "n": 0} for number in range(6)], "?ordered=false")
    assert statuses(answer) == [201, 409, 409, 409, 424, 424]


def test_repetition_stores_nothing_more(documents: Documents, databases: Databases) -> None:
    sent = [{"_id": number} for number in range(MAX_DOCUMENTS)]
    assert documents.insert(sent[::2], "?ordered=false").status == 201
    answer = documents.insert(sent, "?ordered=false")
    assert statuses(answer) == [409, 201] * (MAX_DOCUMENTS // 2)
    assert documents.count({}).json == {"count": MAX_DOCUMENTS + 1}


@pytest.mark.parametrize("count", [0, MAX_DOCUMENTS + 1])
def test_number_of_documents_is_bounded(documents: Documents, databases: Databases, count: int) -> None:
    lines = "".join(json.dumps({"_id": number}) + "\n" for number in range(count))
    for answer in (
        documents.insert([{"_id": number} for number in range(count)]),
        documents.insert_text(lines or "\n", **NDJSON),
    ):
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "body")
    assert ids(databases) == ["kept"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("[" + "{}," * 200_000 + "{}]", {}, 422),
        ("[" + "[]," * 1_300_000 + "[]]", {}, 413),
        ('{"a":[' + "{}," * 1_300_000 + "{}]}", {}, 413),
        ('{"a":' + "[" * 600_000, {}, 413),
        ("{}\n" * 400_000, NDJSON, 422),
        ("\n" * 4_000_000, NDJSON, 422),
        ("[1]\n" * 900 + "[" + "1," * 1_900_000, NDJSON, 413),
        ('{"_id":"' + '\\"' * 2_000_000, {}, 400),
    ],
    ids=[
        "documents",
        "values",
        "values of one",
        "open",
        "lines",
        "empty lines",
        "values of a line",
        "escapes",
    ],
)
def test_what_is_too_many_is_refused_before_it_is_looked_at(
    documents: Documents, body: str, headers: dict[str, str], status: int
) -> None:
    started = time.thread_time()
    refused = documents.insert_text(body, **headers)
    assert refused.status == status, refused.text
    assert time.thread_time() - started < LITTLE_SECONDS


def test_commas_in_text_are_no_values(documents: Documents) -> None:
    text = ',[{"\\' * 60_000
    assert documents.insert([{"a": text}] * 5).status == 201
    assert documents.of("a", "PUT", {"a": [text[:1000]] * 200}).status == 201


def test_size_is_bounded(documents: Documents, databases: Databases) -> None:
    for body, status in (("x" * 600_000, 413), ("x" * MAX_BYTES, 413), ("x" * 400_000, 201)):
        assert documents.insert({"text": body}).status == status
    answer = documents.insert([{"text": "x" * 600_000}, {"_id": 1}], "?ordered=false")
    assert statuses(answer) == [413, 201]
    documents.insert({"_id": "grows", "a": "x" * 300_000})
    refused = documents.of("grows", "PATCH", {"b": "x" * 300_000})
    assert (refused.status, refused.code) == (413, "payload-too-large")
    assert documents.of("grows", "PATCH", {"a": None, "b": "x" * 300_000}).status == 200
