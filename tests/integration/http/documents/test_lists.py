"""Lists of documents: filtered, sorted, page by page, within the bounds of an answer."""

import json
from typing import Any

import pytest

from tenantry.http.documents import finding, refusals
from tenantry.http.documents.representations import MAX_ANSWER_BYTES
from tests.integration.http.documents.conftest import Documents
from tests.support.databases import Databases, failing

PEOPLE = [
    {"_id": number, "age": number % 7, "name": f"n{number:02}", "tags": ["even"] if number % 2 == 0 else []}
    for number in range(40)
]


@pytest.fixture
def people(documents: Documents, databases: Databases) -> Documents:
    documents.of("kept", "DELETE")
    databases.stored("org_alpha").insert_many(PEOPLE)
    return documents


def every_page(documents: Documents, **parameters: Any) -> list[list[Any]]:
    pages = []
    cursor: dict[str, str] = {}
    while True:
        answer = documents.find(**parameters, **cursor)
        assert answer.status == 200, answer.text
        pages.append(answer.json["documents"])
        if answer.json["next_cursor"] is None:
            return pages
        cursor = {"cursor": answer.json["next_cursor"]}


def test_pages_hold_every_document_once_in_order(people: Documents) -> None:
    pages = every_page(people, sort="-age,name", fields="name", limit=7)
    assert [len(page) for page in pages] == [7, 7, 7, 7, 7, 5]
    expected = sorted(PEOPLE, key=lambda person: (-int(str(person["age"])), str(person["name"])))
    documents = [document for page in pages for document in page]
    assert documents == [{"_id": person["_id"], "name": person["name"]} for person in expected]


@pytest.mark.parametrize("limit", [10, 20, 40])
def test_last_page_says_so(people: Documents, limit: int) -> None:
    assert [len(page) for page in every_page(people, limit=limit)] == [limit] * (40 // limit)


def test_default_is_a_hundred_by_id(people: Documents, databases: Databases) -> None:
    databases.stored("org_alpha").insert_many({"_id": number} for number in range(40, 101))
    answer = people.find()
    assert [document["_id"] for document in answer.json["documents"]] == list(range(100))
    assert answer.json["next_cursor"] is not None


def test_pages_are_stable_while_documents_come_and_go(people: Documents) -> None:
    first = people.find(limit=10).json
    for gone in (0, 9, 10):
        people.of(f'{{"$numberInt":"{gone}"}}', "DELETE")
    people.insert([{"_id": -1}, {"_id": 5.5}, {"_id": 10.5}])
    second = people.find(limit=10, cursor=first["next_cursor"]).json
    assert [document["_id"] for document in second["documents"]] == [10.5, *range(11, 20)]


def test_filters_choose(people: Documents) -> None:
    query = {"$and": [{"age": {"$in": [1, 2]}}, {"$or": [{"tags": "even"}, {"name": {"$regex": "^n0"}}]}]}
    chosen = [document["_id"] for document in people.find(query).json["documents"]]
    assert chosen == [
        person["_id"]
        for person in PEOPLE
        if person["age"] in (1, 2) and (person["tags"] or str(person["name"]) < "n1")
    ]
    assert people.count(query).json == {"count": len(chosen)}
    assert people.count({}).json == {"count": 40}


def test_cursor_belongs_to_its_search(people: Documents) -> None:
    cursor = people.find({"age": 1}, limit=1).json["next_cursor"]
    for parameters in ({"query": {"age": 2}}, {"query": {"age": 1}, "sort": "-_id"}, {}):
        refused = people.find(**parameters, cursor=cursor)
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "cursor")
    assert people.find({"age": 1}, limit=5, fields="name", cursor=cursor).status == 200


def test_page_is_cut_where_an_answer_is_full(documents: Documents, databases: Databases) -> None:
    large = [{"_id": number, "text": "é" * 400_000} for number in range(7)]
    databases.stored("org_alpha").insert_many(large)
    pages = every_page(documents, query={"_id": {"$type": "int"}})
    assert [document["_id"] for page in pages for document in page] == list(range(7))
    assert len(pages) > 2
    answer = documents.find()
    assert len(json.dumps(answer.text)) <= MAX_ANSWER_BYTES + 1000


def test_page_is_cut_where_memory_is_full(people: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_PAGE_BYTES", 500)
    pages = every_page(people)
    assert [document["_id"] for page in pages for document in page] == list(range(40))
    assert len(pages) > 5


def test_document_that_no_answer_can_hold_is_told(documents: Documents, databases: Databases) -> None:
    databases.stored("org_alpha").insert_one({"_id": "a", "text": "é" * 2_000_000, "n": 1})
    for refused in (documents.find(), documents.of("a", "GET")):
        assert (refused.status, refused.code) == (422, "answer-too-large")
    assert documents.find(fields="n").json["documents"][0] == {"_id": "a", "n": 1}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"sort": "$a"}, "sort"),
        ({"sort": ""}, "sort"),
        ({"fields": "a,a.b"}, "fields"),
        ({"cursor": "x"}, "cursor"),
        ({"page": 1}, "page"),
        ({"filter": "{"}, "filter"),
        ({"filter": '{"a":1,"a":2}'}, "filter"),
        ({"filter": "[]"}, "filter"),
        ({"filter": '{"a":{"$where":"1"}}'}, "filter.a.$where"),
        ({"filter": '{"$expr":{}}'}, "filter.$expr"),
        ({"filter": '{"$and":[{"a":{"$function":{}}}]}'}, "filter.$and.0.a.$function"),
        ({"filter": '{"a":{"$date":"x"}}'}, "filter.a.$date"),
    ],
)
def test_wrong_parameters_are_named(people: Documents, parameters: dict[str, Any], field: str) -> None:
    refused = people.find(**parameters)
    assert refused.status == 422
    assert field in [error["field"] for error in refused.json["errors"]]


def test_parameters_are_given_once(people: Documents) -> None:
    token = people.owner.token
    refused = people.service.get(people.path + "?filter=%7B%22age%22:1%7D&filter=%7B%7D", token=token)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "filter")


def test_refused_pattern_is_told_what_to_do(people: Documents) -> None:
    for refused in (people.find({"a": {"$regex": "a.*b"}}), people.count({"a": {"$regex": "a.*b"}})):
        assert (refused.status, refused.code) == (422, "invalid-fields")
        assert refused.json["errors"] == [
            {
                "field": "filter.a.$regex",
                "message": "must begin with ^ to have * or + before its end; {0,20} may stand anywhere",
            }
        ]


def test_slow_query_is_refused(
    people: Documents, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "QUERY_TIMEOUT_SECONDS", 0.5)
    long = [{"_id": f"long-{number}", "text": "a" * 400_000 + "xc"} for number in range(10)]
    databases.stored("org_alpha").insert_many(long)
    query = {"text": {"$regex": "(a|b|aa){1,3}c"}}  # a fraction of a second for each document
    for refused in (people.find(query), people.count(query)):
        assert (refused.status, refused.code) == (422, "query-too-slow")


def test_outage_is_no_refusal(people: Documents, databases: Databases) -> None:
    with failing(databases.client, "aggregate", "find", errorCode=11600, times=50):
        answer = people.find({"age": 1})
    assert (answer.status, answer.code) == (503, "service-unavailable")
