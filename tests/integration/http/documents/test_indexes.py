"""Indexes through the API."""

from typing import Any

import pytest

from tenantry.runtime import server_errors
from tenantry.storage.indexes import MAX_INDEXES
from tests.integration.http.documents.conftest import Documents
from tests.support.databases import Databases, failing

ID_INDEX = {"name": "_id_", "keys": [{"field": "_id", "order": 1}], "unique": True, "partial": False}
KIND = {"name": "kind", "keys": [{"field": "kind", "order": 1}], "unique": False, "partial": False}

BY_CITY = {
    "name": "by-city",
    "keys": [{"field": "address.city", "order": 1}, {"field": "age", "order": -1}],
    "unique": True,
    "partial": False,
}


def names(documents: Documents) -> list[str]:
    return [index["name"] for index in documents.index("GET").json["indexes"]]


def test_story_of_an_index(documents: Documents, databases: Databases) -> None:
    assert documents.index("GET").json == {"indexes": [ID_INDEX, KIND]}
    created = documents.index("POST", BY_CITY)
    assert (created.status, created.json) == (201, BY_CITY)
    assert created.headers["location"] == f"/v1{documents.owner.path}/indexes/by-city"
    assert documents.index("POST", BY_CITY).status == 201
    assert names(documents) == ["_id_", "kind", "by-city"]
    assert (
        documents.service.patch(documents.owner.path, {"name": "Beta"}, token=documents.owner.token).status
        == 200
    )
    assert databases.stored("org_beta").index_information()["by-city"]["unique"]
    assert documents.index("DELETE", name="by-city").status == 204
    gone = documents.index("DELETE", name="by-city")
    assert (gone.status, gone.code) == (404, "index-not-found")
    assert documents.index("GET").json == {"indexes": [ID_INDEX, KIND]}


def test_name_is_made_of_the_keys(documents: Documents, databases: Databases) -> None:
    for field in ("age", "a b/c", "é" * 20, "x" * 200):
        created = documents.index("POST", {"keys": [{"field": field}]})
        assert created.status == 201, created.text
        assert created.json["keys"] == [{"field": field, "order": 1}]
        assert documents.index("DELETE", name=created.json["name"]).status == 204
    databases.stored("org_alpha").create_index("x", name="made by/other means")
    assert documents.index("DELETE", name="made by/other means").status == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "keys"),
        ({"keys": []}, "keys"),
        ({"keys": [{"field": f"f{number}"} for number in range(9)]}, "keys"),
        ({"keys": [{"field": "a"}, {"field": "a", "order": -1}]}, "keys"),
        ({"keys": [{"field": "_id"}]}, "keys"),
        ({"keys": [{"field": "_id", "order": -1}], "unique": True}, "keys"),
        ({"keys": [{"field": "$a"}]}, "keys.0.field"),
        ({"keys": [{"field": "a..b"}]}, "keys.0.field"),
        ({"keys": [{"field": "x" * 201}]}, "keys.0.field"),
        ({"keys": [{"field": "a", "order": 2}]}, "keys.0.order"),
        ({"keys": [{"field": "a", "order": "text"}]}, "keys.0.order"),
        ({"keys": [{"field": "a", "weights": {}}]}, "keys.0.weights"),
        ({"keys": [{"field": "a"}], "expireAfterSeconds": 1}, "expireAfterSeconds"),
        ({"keys": [{"field": "a"}], "sparse": True}, "sparse"),
        ({"keys": [{"field": "a"}], "partial": "true"}, "partial"),
        ({"keys": [{"field": "a"}], "name": "_id_"}, "name"),
        ({"keys": [{"field": "a"}], "name": "a/b"}, "name"),
        ({"keys": [{"field": "a"}], "name": "a\n"}, "name"),
        ({"keys": [{"field": "a"}], "name": ""}, "name"),
    ],
)
def test_wrong_requests_are_named(documents: Documents, body: Any, field: str) -> None:
    refused = documents.index("POST", body)
    assert refused.status == 422, refused.text
    assert field in [error["field"] for error in refused.json["errors"]]
    assert names(documents) == ["_id_", "kind"]


def test_conflicts_are_explained(documents: Documents) -> None:
    documents.insert([{"_id": 1, "n": 1, "a": [1], "b": [1]}, {"_id": 2, "n": 1}])
    age = {"keys": [{"field": "age"}]}
    documents.index("POST", age | {"name": "age"})
    for body in (
        {"keys": [{"field": "n"}], "unique": True},
        {"keys": [{"field": "other"}], "name": "age"},
        age | {"name": "otherwise"},
        age | {"name": "age", "unique": True},
        {"keys": [{"field": "a"}, {"field": "b"}]},
    ):
        refused = documents.index("POST", body)
        assert (refused.status, refused.code) == (409, "index-refused"), body
        assert "org_" not in refused.text, "names the collection"
    stays = documents.index("DELETE", name="_id_")
    assert (stays.status, stays.code) == (409, "index-refused")
    assert names(documents) == ["_id_", "kind", "age"]


def test_documents_that_contradict_an_index_are_refused(documents: Documents) -> None:
    documents.index("POST", {"keys": [{"field": "a"}, {"field": "b"}]})
    documents.insert({"_id": 1, "a": 1})
    for refused in (
        documents.insert({"a": [1], "b": [2]}),
        documents.of('{"$numberInt":"1"}', "PUT", {"a": [1], "b": [2]}),
        documents.of('{"$numberInt":"1"}', "PATCH", {"a": [1], "b": [2]}),
    ):
        assert (refused.status, refused.code) == (409, "document-refused")
    answer = documents.insert([{"_id": 2}, {"a": [1], "b": [2]}, {"_id": 3}], "?ordered=false")
    assert [result["status"] for result in answer.json["results"]] == [201, 409, 201]


def test_number_of_indexes_is_bounded(documents: Documents) -> None:
    for number in range(MAX_INDEXES - 1):
        assert documents.index("POST", {"keys": [{"field": f"f{number}"}]}).status == 201
    refused = documents.index("POST", {"keys": [{"field": "more"}]})
    assert (refused.status, refused.code) == (409, "too-many-indexes")
    assert len(names(documents)) == MAX_INDEXES + 1


def test_index_that_takes_too_long_is_refused(documents: Documents, databases: Databases) -> None:
    with failing(databases.client, "createIndexes", errorCode=50, times=1):
        refused = documents.index("POST", {"keys": [{"field": "a"}]})
    assert (refused.status, refused.code) == (409, "index-refused")


def test_index_for_which_the_disk_has_no_room(documents: Documents, databases: Databases) -> None:
    # MongoDB refuses to build it with less than 500 MB left, from 7.1 on.
    with failing(databases.client, "createIndexes", errorCode=server_errors.OUT_OF_DISK_SPACE):
        refused = documents.index("POST", BY_CITY)
    assert (refused.status, refused.code) == (503, "service-unavailable")
    assert documents.index("POST", BY_CITY).status == 201
