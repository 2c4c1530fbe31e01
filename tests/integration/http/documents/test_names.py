"""Documents with names that MongoDB stores, of which JSON Schemas are full."""

import json
from typing import Any

import pytest

from tests.integration.http.documents.conftest import CANONICAL, Documents

SCHEMA: dict[str, Any] = {
    "_id": "person",
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://example.com/person",
    "properties": {"of": {"$ref": "#/$defs/person"}},
    "$defs": {
        "person": {"type": "object", "properties": {"name": {"$ref": "#/$defs/name"}, "a.b": {"": True}}},
        "name": {"$ref": "#/$defs/text", "$id": "name", "maxLength": 9, "$where": "1", "$text": 2},
    },
    "allOf": [{"$ref": "#/$defs/x", "$comment": "$x", "x.y.": 1}],
}
NAMES = ["$", "$x", "$where", "$set", "$ref", "$id", "$db", "$text", "a.b", ".", "", "$a.b"]


def test_a_json_schema_is_stored_changed_and_read(documents: Documents) -> None:
    inserted = documents.insert(SCHEMA)
    assert (inserted.status, inserted.json) == (201, SCHEMA)
    for headers in ({}, CANONICAL):
        read = documents.of("person", "GET", **headers)
        assert read.headers["etag"]
        again = documents.of("person", "PUT", read.json, **{"If-Match": read.headers["etag"]})
        assert (again.status, again.json) == (200, SCHEMA), again.text
    patch = {"$id": None, "$schema": "s", "$defs": {"name": {"$id": None, "a.b": 1}, "person": None}}
    patched = documents.of("person", "PATCH", patch)
    expected = json.loads(json.dumps(SCHEMA)) | {"$schema": "s"}
    del expected["$id"], expected["$defs"]["person"], expected["$defs"]["name"]["$id"]
    expected["$defs"]["name"]["a.b"] = 1
    assert (patched.status, patched.json) == (200, expected)
    assert documents.of("person", "GET").json == expected
    assert documents.of("person", "GET").headers["etag"] == patched.headers["etag"]


@pytest.mark.parametrize("sort", ["_id", "allOf", "-$defs".replace("$", ""), "allOf.x"])
def test_names_are_paged_through(documents: Documents, sort: str) -> None:
    sent = [SCHEMA | {"_id": number, "defs": SCHEMA["$defs"]} for number in range(3)]
    assert documents.insert(sent).status == 201
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in sent:
        page = documents.find({"allOf": {"$exists": True}}, sort=sort, limit=1, **cursor)
        assert page.status == 200, page.text
        seen += page.json["documents"]
        cursor = {"cursor": page.json["next_cursor"]}
    assert sorted(seen, key=lambda document: document["_id"]) == sent


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_taken_by_all_routes(documents: Documents, name: str) -> None:
    for sent in (
        {"_id": "a", name: 1},
        {"_id": "a", "n": {name: "x"}},
        {"_id": "a", "n": [{"n": 1, name: {}}]},
    ):
        tags = set()
        for method in ("POST", "PUT", "PATCH"):
            stored = documents.insert(sent) if method == "POST" else documents.of("a", method, sent)
            assert stored.status in {200, 201}, stored.text
            read = documents.of("a", "GET")
            assert (read.json, read.headers["etag"]) == (sent, stored.headers["etag"])
            tags.add(stored.headers["etag"])
        assert len(tags) == 1
        assert documents.of("a", "DELETE").status == 204


def test_a_document_that_is_a_reference_is_refused_by_all_routes(documents: Documents) -> None:
    """The driver reads it as one, so that it would come back in another order, or not at all."""
    documents.insert({"_id": "a", "$ref": "c"})
    reference = {"$id": "x", "$ref": "c"}
    for answer in (
        documents.insert(reference),
        documents.of("b", "PUT", reference),
        documents.of("a", "PATCH", reference),
        documents.of("a", "PATCH", {"$id": "x"}),
    ):
        assert answer.status == 422, answer.text
    assert documents.of("a", "GET").json == {"_id": "a", "$ref": "c"}


def test_names_are_no_paths_and_no_operators(documents: Documents) -> None:
    documents.insert({"_id": 1, "a.b": 1, "a": {"b": 2}})
    assert documents.find({"a.b": 1}).json["documents"] == []
    for query in ({"$schema": 1}, {"a": {"$ref": "x"}}, {"a": {"$ref": "c", "$id": 1, "$where": 1}}):
        refused = documents.find(query)
        assert (refused.status, refused.code) == (422, "invalid-fields")
