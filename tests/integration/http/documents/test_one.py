"""One document: inserted, read, replaced, patched, deleted."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from bson import Code, DBRef, Timestamp
from hypothesis import HealthCheck, example, given, settings

from tenantry.language.extended_json import encode
from tests.integration.http.documents.conftest import CANONICAL, Documents
from tests.support.bson_values import VALUES
from tests.support.databases import Databases

EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NOTE = {"text": "hello", "at": {"$date": "2015-12-10T12:00:00.001Z"}, "n": 1.5}
# fmt: off
IDS: list[Any] = [
    "invoice-17", "a b/c?d#e%20f\"'\\", "é\U0001f600", "~x", "", ".", "..", "$where", "17", 17, -2.5,
    {"$numberLong": "17000000000"}, {"$numberDecimal": "1.10"}, {"$oid": "665f1c2e8b3e4a0012ab34cd"},
    "665f1c2e8b3e4a0012ab34cd", {"$date": "2026-01-31T00:00:00Z"},
    {"$binary": {"base64": "bx0KUsS5Sg2OH3o8Wy2egA==", "subType": "04"}},
    {"$binary": {"base64": "AAEC", "subType": "00"}}, {"year": 2026, "of": {"n": 1}}, {"$minKey": 1},
]
# fmt: on


def test_story_of_a_document(documents: Documents, databases: Databases) -> None:
    inserted = documents.insert(NOTE)
    assert inserted.status == 201
    document_id = inserted.json["_id"]["$oid"]
    assert inserted.json == {"_id": {"$oid": document_id}, **NOTE}
    assert inserted.headers["location"] == f"/v1{documents.path}/{document_id}"
    assert inserted.headers["content-type"] == "application/json"

    read = documents.of(document_id, "GET")
    assert (read.status, read.json, read.headers["etag"]) == (200, inserted.json, inserted.headers["etag"])

    replaced = documents.of(document_id, "PUT", {"text": "again", "tags": ["x"]})
    assert (replaced.status, replaced.json["text"]) == (200, "again")
    assert replaced.headers["etag"] != read.headers["etag"]

    patched = documents.of(document_id, "PATCH", {"tags": None, "in": {"a": {"$numberLong": "1"}}})
    assert patched.json == {"_id": {"$oid": document_id}, "text": "again", "in": {"a": 1}}
    assert documents.of(document_id, "GET").headers["etag"] == patched.headers["etag"]

    deleted = documents.of(document_id, "DELETE")
    assert (deleted.status, deleted.text) == (204, "")
    for method, body in [("GET", None), ("DELETE", None), ("PATCH", {"a": 1})]:
        gone = documents.of(document_id, method, body)
        assert (gone.status, gone.code) == (404, "document-not-found")
    assert databases.documents("org_alpha") == [{"_id": "kept"}]


@pytest.mark.parametrize("document_id", IDS, ids=repr)
def test_document_is_found_at_its_location(documents: Documents, document_id: Any) -> None:
    inserted = documents.insert({"_id": document_id, "here": True})
    assert inserted.status == 201, inserted.text
    name = inserted.headers["location"].rpartition("/")[2]
    assert re.fullmatch("[A-Za-z0-9._~-]+", name)
    read = documents.of(name, "GET", **CANONICAL)
    assert (read.status, read.headers["content-type"]) == (200, "application/ejson")
    relaxed = documents.of(name, "GET")
    assert relaxed.json == inserted.json
    assert documents.of(name, "PUT", read.json).json == inserted.json
    assert documents.of(name, "GET", **CANONICAL).text == read.text
    assert documents.of(name, "DELETE").status == 204


@pytest.mark.parametrize(
    "text",
    [
        "a b", "é", '"665f1c2e8b3e4a0012ab34cd"', '{"$numberInt":"17"}', '{"a":"b c"}',
        "100%", "%41", "%2541", "a%2Fb", "%zz", "%", '{"a":"%20"}',
    ],
)  # fmt: skip
def test_id_in_a_path_is_percent_decoded_once(documents: Documents, text: str) -> None:
    """REST APIs hand the path on as it was sent; tests/integration/local/test_gateway.py has the records."""
    stored = documents.service.put(
        f"{documents.path}/{quote(text, safe='')}", {"x": 1}, token=documents.owner.token
    )
    assert stored.status == 201, stored.text
    assert documents.of(text, "GET").json == stored.json
    if not text.startswith(("{", '"')):
        assert stored.json["_id"] == text
        assert [document["_id"] for document in documents.find({"_id": text}).json["documents"]] == [text]


def test_what_was_answered_can_be_stored_again(documents: Documents) -> None:
    assert documents.insert_text('{"_id":"a","text":"\\ufffd"}').status == 201
    read = documents.of("a", "GET")
    assert read.json["text"] == "\ufffd"
    path, token = f"{documents.path}/a", documents.owner.token
    assert documents.service.request("PUT", path, body=read.text, token=token).json == read.json


@EXAMPLES
@given(value=VALUES)
@example(value=Timestamp(0, 0))
@example(value={"a": Timestamp(0, 0)})
@example(value=DBRef("c", 1))
@example(value={"$x": 1})
@example(value=Code("x", {"a.b": 1}))
@example(value="x" * 1024)
def test_an_id_is_taken_by_all_routes_or_by_none(documents: Documents, value: Any) -> None:
    sent = json.loads(encode({"_id": value}, canonical=True))
    name = "~" + base64.urlsafe_b64encode(json.dumps(sent["_id"]).encode()).decode().rstrip("=")
    inserted = documents.insert(sent | {"n": 0})
    is_taken = inserted.status == 201
    expected = [200, 200, 200, 204, 201, 204] if is_taken else [422] * 6
    methods = [("GET", None), ("PUT", {"n": 1}), ("PATCH", {"n": 2}), ("DELETE", None), ("PUT", sent)]
    answers = [documents.of(name, *request, **CANONICAL) for request in [*methods, ("DELETE", None)]]
    assert [answer.status for answer in answers] == expected, (inserted.text, answers[0].text)
    assert not is_taken or answers[2].json == sent | {"n": {"$numberInt": "2"}}


def test_numbers_keep_their_types_on_the_way(documents: Documents, databases: Databases) -> None:
    numbers = '{"_id":1,"i":{"$numberInt":"1"},"l":{"$numberLong":"1"},"d":{"$numberDouble":"1.0"}}'
    assert documents.insert_text(numbers).status == 201
    types = {"i": "int", "l": "long", "d": "double"}
    for _ in range(2):
        assert databases.stored("org_alpha").count_documents(
            {"_id": 1} | {k: {"$type": v} for k, v in types.items()}
        )
        read = documents.of('{"$numberInt":"1"}', "GET", **CANONICAL)
        assert documents.of('{"$numberInt":"1"}', "PUT", read.json).status == 200


@pytest.mark.parametrize(
    ("accept", "canonical"),
    [
        ("application/ejson;q=0", False),
        ("application/ejson;q=0, */*", False),
        ("application/*, text/html", False),
        ("application/json;q=0.2, application/ejson;q=0.8", True),
        ("application/ejson, */*;q=0.1", True),
    ],
)
def test_form_is_what_the_client_prefers(documents: Documents, accept: str, canonical: bool) -> None:
    documents.insert({"_id": "a", "n": 1})
    read = documents.of("a", "GET", Accept=accept)
    assert read.headers["content-type"] == ("application/ejson" if canonical else "application/json")
    assert read.json["n"] == ({"$numberInt": "1"} if canonical else 1)


def test_id_stays(documents: Documents) -> None:
    documents.insert({"_id": 1, "n": 0})
    path = '{"$numberInt":"1"}'
    assert documents.of(path, "PUT", {"_id": 1, "n": 1}).json == {"_id": 1, "n": 1}
    object_id = {"$oid": "665f1c2e8b3e4a0012ab34cd"}
    for changed_id in (2, "1", {"$numberLong": "1"}, {"$numberDouble": "1"}, object_id):
        for method in ("PUT", "PATCH"):
            refused = documents.of(path, method, {"_id": changed_id, "n": 2})
            assert (refused.status, refused.json["errors"][0]["field"]) == (422, "_id")
    assert documents.of(path, "PATCH", {"_id": None}).status == 422
    assert documents.of(path, "GET").json == {"_id": 1, "n": 1}


def test_fields_are_chosen(documents: Documents) -> None:
    documents.insert({"_id": "a", "x": {"y": 1, "z": 2}, "w": 3})
    read = documents.service.get(f"{documents.path}/a?fields=x.y,v", token=documents.owner.token)
    assert read.json == {"_id": "a", "x": {"y": 1}}
    assert "etag" not in read.headers


def test_unique_index_is_told_from_an_outage(documents: Documents) -> None:
    documents.index("POST", {"keys": [{"field": "email"}], "unique": True})
    documents.insert({"_id": "a", "email": "x"})
    documents.insert({"_id": "b", "email": "y"})
    for answer in (
        documents.insert({"_id": "a"}),
        documents.insert({"email": "x"}),
        documents.of("b", "PATCH", {"email": "x"}),
        documents.of("b", "PUT", {"email": "x"}),
        documents.of("c", "PUT", {"email": "x"}),
    ):
        assert (answer.status, answer.code) == (409, "document-exists")
        assert "org_" not in answer.text, "names the collection"
