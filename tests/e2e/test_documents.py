"""The story of a tenant's documents, through the gateway and the deployed functions."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.document_ids import BY_HAND, IDS
from tests.e2e.http_service import HttpService, unique
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in, sign_up
from tests.support.service import OMITTED, Answer

LINES = {"Content-Type": "application/x-ndjson"}
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
NOTE = {
    "text": "buy milk",
    "at": {"$date": "2026-01-31T12:00:00Z"},
    "price": {"$numberDecimal": "1.10"},
    "photo": {"$binary": {"base64": "iVBORw==", "subType": "00"}},
}


class Documents:
    """The documents of an organization."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def request(self, method: str, path: str = "/documents", **parts: Any) -> Answer:
        """Send a request below the organization's path, which names it by id."""
        token = parts.pop("token", self._owner.token)
        return self._owner.service.request(method, self._owner.path + path, token=token, **parts)

    def insert(self, *documents: dict[str, Any]) -> None:
        answer = self.request("POST", json_body=list(documents))
        assert answer.status == 201, answer.text

    def page(self, **query: Any) -> Any:
        answer = self.request("GET", f"/documents?{urlencode(query)}")
        assert answer.status == 200, answer.text
        return answer.json

    def count(self, query: dict[str, Any]) -> int:
        return int(self.request("GET", f"/count?{urlencode({'filter': json.dumps(query)})}").json["count"])


@pytest.fixture(scope="module")
def sharing(service: HttpService) -> Owner:
    return sign_up(service, unique("Google"))


@pytest.fixture
def documents(sharing: Owner, databases: Databases) -> Iterator[Documents]:
    """No documents, of an organization that exists already, since signing up takes long."""
    yield Documents(sharing)
    databases.tenants[sharing.organization["collection"]].delete_many({})


def path_of(answer: Answer) -> str:
    """Return the path below the organization that an answer's Location field ends with."""
    _, separator, document = answer.headers["location"].rpartition("/documents/")
    return separator + document


def test_a_document_is_inserted_read_replaced_patched_and_deleted(documents: Documents) -> None:
    inserted = documents.request("POST", json_body=NOTE)
    assert inserted.status == 201
    path, identified = path_of(inserted), {"_id": inserted.json["_id"]}
    assert inserted.json == identified | NOTE
    assert documents.request("GET", path).headers["etag"] == inserted.headers["etag"]

    replaced = documents.request("PUT", path, json_body={"text": "buy tea", "at": NOTE["at"]})
    assert replaced.json == identified | {"text": "buy tea", "at": NOTE["at"]}
    patch = {"at": None, "tags": ["first"]}
    patched = documents.request("PATCH", path, json_body=patch, headers=MERGE_PATCH)
    assert patched.json == identified | {"text": "buy tea", "tags": ["first"]}
    assert documents.request("GET", path).json == patched.json

    assert documents.request("DELETE", path).status == 204
    gone = documents.request("GET", path)
    assert (gone.status, gone.code) == (404, "document-not-found")


def test_extended_json_is_canonical_for_those_who_ask_for_it(documents: Documents) -> None:
    path = path_of(documents.request("POST", json_body={"n": 5}))
    answer = documents.request("GET", path, headers={"Accept": "application/ejson"})
    assert answer.headers["content-type"] == "application/ejson"
    assert answer.json["n"] == {"$numberInt": "5"}


def test_many_documents_are_inserted_as_an_array_or_as_lines(documents: Documents) -> None:
    array = documents.request("POST", json_body=[{"_id": 1}, {"_id": 2}])
    assert (array.status, array.json["inserted"]) == (201, 2)
    lines = documents.request("POST", body='{"_id": 3}\n{"_id": 4}\n', headers=LINES)
    assert (lines.status, lines.json["inserted"]) == (201, 2)

    more = '{"_id": 4}\n{"_id": 5}'
    unordered = documents.request("POST", "/documents?ordered=false", body=more, headers=LINES)
    assert unordered.status == 207
    assert [result["status"] for result in unordered.json["results"]] == [409, 201]
    assert documents.count({}) == 5


def test_all_pages_hold_what_the_filter_finds_in_order(documents: Documents) -> None:
    documents.insert(*({"_id": number, "age": number % 3, "name": f"n{number}"} for number in range(20)))
    query = {"filter": json.dumps({"age": {"$gte": 1}}), "sort": "-age,name", "fields": "age", "limit": 5}
    listed, page = [], documents.page(**query)
    while page["next_cursor"]:
        assert len(page["documents"]) == 5
        listed += page["documents"]
        documents.insert({"age": 3})  # sorts before all others, and must not shift them
        page = documents.page(**query, cursor=page["next_cursor"])
    listed += page["documents"]

    matching = [number for number in range(20) if number % 3]
    expected = sorted(matching, key=lambda number: (-(number % 3), f"n{number}"))
    assert listed == [{"_id": number, "age": number % 3} for number in expected]
    assert documents.count({"age": {"$in": [1, 2]}}) == len(matching)


def test_a_change_is_bound_to_the_version_that_was_read(documents: Documents) -> None:
    read = documents.request("PUT", "/documents/first", json_body={"n": 0}).headers["etag"]

    def change(method: str, if_match: str) -> int:
        body = OMITTED if method == "DELETE" else {"n": 1}
        headers = {"If-Match": if_match}
        return documents.request(method, "/documents/first", json_body=body, headers=headers).status

    assert change("PATCH", read) == 200
    assert [change(method, read) for method in ("PUT", "PATCH", "DELETE")] == [412] * 3
    assert documents.request("GET", "/documents/first").json == {"_id": "first", "n": 1}
    assert change("DELETE", "*") == 204
    assert change("PUT", "*") == 412


@pytest.mark.parametrize("document_id", IDS.values(), ids=IDS)
def test_location_leads_to_an_id_of_any_type(documents: Documents, document_id: Any) -> None:
    inserted = documents.request("POST", json_body={"_id": document_id})
    assert inserted.status == 201
    path = path_of(inserted)
    assert documents.request("GET", path).json == inserted.json
    assert documents.request("PATCH", path, json_body={"n": 1}).status == 200
    assert documents.request("DELETE", path).status == 204
    assert documents.count({}) == 0


@pytest.mark.parametrize(("segment", "document_id"), BY_HAND.values(), ids=BY_HAND)
def test_an_id_may_be_written_by_hand(documents: Documents, segment: str, document_id: Any) -> None:
    put = documents.request("PUT", f"/documents/{segment}", json_body={"n": 1})
    assert put.status == 201
    assert documents.request("GET", f"/documents/{segment}").json == {"_id": document_id, "n": 1}


def test_hostile_filter_is_refused_by_name(documents: Documents) -> None:
    for hostile in ('{"$where": "sleep(1000)"}', '{"a": {"$function": {}}}', '{"$expr": {}}'):
        answer = documents.request("GET", f"/documents?{urlencode({'filter': hostile})}")
        assert answer.status == 422
        assert answer.json["errors"][0]["field"].startswith("filter.")


def test_indexes_are_created_listed_and_dropped(owner: Owner) -> None:
    documents = Documents(owner)
    wanted = {"keys": [{"field": "email", "order": 1}], "unique": True, "partial": True, "name": "by-email"}
    created = documents.request("POST", "/indexes", json_body=wanted)
    assert created.status == 201
    assert created.json == wanted
    listed = documents.request("GET", "/indexes").json["indexes"]
    assert [index["name"] for index in listed] == ["_id_", "by-email"]

    documents.insert({"email": "ada@example.com"})
    refused = documents.request("POST", json_body={"email": "ada@example.com"})
    assert (refused.status, refused.code) == (409, "document-exists")

    assert documents.request("DELETE", "/indexes/by-email").status == 204
    documents.insert({"email": "ada@example.com"})


def test_rename_keeps_documents_versions_and_indexes(service: HttpService, owner: Owner) -> None:
    documents = Documents(owner)
    documents.insert(NOTE, {"_id": "second"})
    documents.request("POST", "/indexes", json_body={"keys": [{"field": "at"}]})
    before = [documents.page(), documents.request("GET", "/indexes").json]
    version = documents.request("GET", "/documents/second").headers["etag"]

    renamed = service.patch(owner.path, {"name": unique("Alphabet")}, token=owner.token)
    assert renamed.status == 200

    assert [documents.page(), documents.request("GET", "/indexes").json] == before
    by_slug = f"/organizations/{renamed.json['slug']}/documents/second"
    changed = service.patch(by_slug, {"n": 1}, token=owner.token, headers={"If-Match": version})
    assert changed.status == 200
    former = service.get(f"/organizations/{owner.slug}/documents", token=owner.token)
    assert (former.status, "deprecation" in former.headers) == (200, True)


def test_another_organization_reaches_no_document(
    owner: Owner, documents: Documents, databases: Databases
) -> None:
    documents.insert({"_id": "first"})
    before = databases.dump()
    for method, path, body in (
        ("GET", "/documents", OMITTED),
        ("GET", "/count", OMITTED),
        ("POST", "/documents", {}),
        ("GET", "/documents/first", OMITTED),
        ("PUT", "/documents/first", {}),
        ("PATCH", "/documents/first", {}),
        ("DELETE", "/documents/first", OMITTED),
        ("GET", "/indexes", OMITTED),
        ("POST", "/indexes", {"keys": [{"field": "at"}]}),
        ("DELETE", "/indexes/at_1", OMITTED),
    ):
        refused = documents.request(method, path, json_body=body, token=owner.token)
        assert (refused.status, refused.code) == (404, "organization-not-found"), f"{method} {path}"
        assert documents.request(method, path, json_body=body, token=None).status == 401
    assert databases.dump() == before


def test_documents_end_with_their_organization(service: HttpService, owner: Owner) -> None:
    documents = Documents(owner)
    documents.insert(NOTE)
    assert service.delete(owner.path, token=owner.token).status == 204
    assert documents.request("GET").status == 401
    # The name is held for its former owner.
    named = {"name": owner.organization["name"]}
    created = service.post("/organizations", named, token=log_in(service, owner.email))
    assert created.status == 201
    organization = created.json["organization"]
    successor = replace(owner, organization=organization, token=log_in(service, owner.email))
    assert Documents(successor).page() == {"documents": [], "next_cursor": None}
