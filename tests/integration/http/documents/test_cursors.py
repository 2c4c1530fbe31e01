"""Cursors: what clients may make of them, and how they name places that are too long for a URL."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import bson
import pytest
from bson import Code, DBRef, MinKey, ObjectId, Regex
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tenantry.audit import recording
from tenantry.errors import InvalidFields
from tenantry.language import cursors, filters, sorting
from tenantry.language.extended_json import CODEC_OPTIONS
from tests.integration.audit.records import of_operator
from tests.integration.http.documents.conftest import Documents
from tests.integration.http.documents.test_hostile import check
from tests.support.databases import Databases
from tests.support.owners import sign_up
from tests.support.query_values import STORED_VALUES
from tests.support.sampling import examples
from tests.support.service import Answer

BOUNDED = settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LONG = 400_000
OPERATORS: list[Any] = [
    {"$where": "x"}, {"$function": {"body": "", "args": [], "lang": "js"}}, {"$accumulator": {}}, "$$ROOT",
    "$a",
    {"$text": {"$search": "x"}}, {"$meta": "recordId"}, {"$literal": "$a"}, {"$expr": True}, {"$gt": ""},
    {"$lookup": {"from": "org_beta"}}, {"tenant": "org_x"}, {"a": [{"$where": "x"}]},
    Code("x", {"$where": 1}),
    DBRef("org_beta", {"$where": 1}), Regex("("), [[[{"$function": 1}]]], ObjectId(), MinKey(), "x" * 900,
]  # fmt: skip
FORGED_VALUES = STORED_VALUES | st.sampled_from(OPERATORS) | st.lists(st.sampled_from(OPERATORS), max_size=2)
SORTS = st.sampled_from(["a", "-a", "b.a,-_id", "a,b,c", "_id", "-_id"])
MEMBERS = st.dictionaries(
    st.sampled_from(["after", "behind", "is", "of", "x", "$where"]), FORGED_VALUES | st.binary(max_size=40),
    max_size=4,
)  # fmt: skip


def token(document: dict[str, Any]) -> str:
    octets = bson.encode(document, codec_options=CODEC_OPTIONS)
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def opened(cursor: str) -> dict[str, Any]:
    octets = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return bson.decode(octets, CODEC_OPTIONS)


def digest_of(sort: str) -> bytes:
    """Return what says which filter and order a cursor is of, as whoever reads the source can make it."""
    query, order = filters.parse(None), sorting.parse(sort)
    digest: bytes = opened(cursors.cursor_of(query, order, [[1]] * len(order)))["of"]
    return digest


@pytest.fixture
def forgeries(documents: Documents, databases: Databases) -> Documents:
    sign_up(documents.service, "Beta")
    databases.stored("org_beta").insert_many([{"_id": "secret", "a": "secret"}, {"_id": 5, "a": 5}])
    databases.stored("org_alpha").insert_many([{"_id": number, "a": number} for number in range(4)])
    databases.stored("org_alpha").insert_one({"_id": 9, "a": {"$where": "x"}})
    return documents


def check_page(answer: Answer) -> None:
    check(answer)
    assert answer.status in {200, 409, 422}, answer.text
    assert "secret" not in answer.text


@BOUNDED
@given(sort=SORTS, after=st.lists(FORGED_VALUES, min_size=4, max_size=4))
@example(sort="a", after=[{"$where": "x"}] * 4)
@example(sort="-a", after=[{"$function": {"body": "", "args": [], "lang": "js"}}] * 4)
def test_forged_positions(forgeries: Documents, sort: str, after: list[Any]) -> None:
    sort_key = [[value] for value in after[: len(sorting.parse(sort))]]
    check_page(forgeries.find(sort=sort, cursor=token({"of": digest_of(sort), "after": sort_key})))
    check_page(forgeries.find({"a": {"$gte": 1}}, sort=sort, cursor=token({"after": sort_key})))


@BOUNDED
@given(sort=SORTS, document_id=FORGED_VALUES | st.integers(0, 9), digest=st.binary(min_size=15, max_size=17))
@example(sort="a", document_id={"$where": "x"}, digest=b"x" * 16)
def test_forged_places(forgeries: Documents, sort: str, document_id: Any, digest: bytes) -> None:
    members = {"of": digest_of(sort), "behind": [document_id], "is": digest}
    answer = forgeries.find(sort=sort, cursor=token(members))
    check_page(answer)
    assert answer.status != 200


@BOUNDED
@given(sort=SORTS, members=MEMBERS)
def test_forged_members(forgeries: Documents, sort: str, members: dict[str, Any]) -> None:
    answer = forgeries.find(sort=sort, cursor=token({"of": digest_of(sort)} | members))
    check_page(answer)


def test_deep_and_long_forgeries(forgeries: Documents) -> None:
    for depth in (100, 150, 300):
        value: Any = 1
        for _ in range(depth):
            value = {"": value}
        for members in ({"after": [[value], [1]]}, {"behind": [value], "is": b"x" * 16}):
            check_page(forgeries.find(sort="a", cursor=token({"of": digest_of("a")} | members)))
    check_page(forgeries.find(cursor="A" * 100_000))
    check_page(forgeries.find(cursor=token({"of": b"x" * 100_000})))


@BOUNDED
@given(after=st.lists(FORGED_VALUES, min_size=2, max_size=2), document_id=st.sampled_from(OPERATORS))
@example(after=[{"$where": "x"}] * 2, document_id={"$where": "x"})
def test_forged_cursors_of_audit_pages(forgeries: Documents, after: list[Any], document_id: Any) -> None:
    service, owner = forgeries.service, forgeries.owner
    for path, send in ((f"{owner.path}/audit", None), ("/operator/audit", of_operator)):
        first = f"{path}?limit=1"
        page = send(service, "GET", first) if send else service.get(first, token=owner.token)
        of = opened(page.json["next_cursor"])["of"]
        for members in ({"after": [[value] for value in after]}, {"behind": [document_id], "is": b"x" * 16}):
            target = f"{path}?{urlencode({'cursor': token({'of': of} | members)})}"
            answer = send(service, "GET", target) if send else service.get(target, token=owner.token)
            assert answer.status in {200, 409, 422}, answer.text
            assert send or "Beta" not in answer.text


def test_a_place_in_the_audit_record_is_one_of_the_own_organization(
    forgeries: Documents, databases: Databases
) -> None:
    """Else the answer would tell whether a record of others is as a forger guesses."""
    recording.record_alone("login.failed", ["org_other"], {"n": 1})
    path, token_of_owner = f"{forgeries.owner.path}/audit", forgeries.owner.token
    (stored,) = databases.master["audit"].find({"organization_ids": "org_other"})
    sort_key = [[stored["at"]], [stored["_id"]]]
    page = forgeries.service.get(f"{path}?limit=1", token=token_of_owner)
    of = opened(page.json["next_cursor"])["of"]
    octets = bson.encode({"after": sort_key}, codec_options=CODEC_OPTIONS)
    digest = hashlib.sha256(octets).digest()[: cursors.DIGEST_BYTES]
    cursor = token({"of": of, "behind": [stored["_id"]], "is": digest})
    answer = forgeries.service.get(f"{path}?cursor={cursor}", token=token_of_owner)
    assert (answer.status, answer.code) == (409, "cursor-outdated")


def long_text(number: int) -> str:
    return "x" * LONG + str(number)


def pages(documents: Documents, sort: str, limit: int = 2, **parameters: str) -> list[Any]:
    """Read all pages and return the ids on them."""
    ids: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = documents.find(sort=sort, limit=limit, **parameters, **cursor)
        assert answer.status == 200, answer.text
        ids += [document["_id"] for document in answer.json["documents"]]
        if answer.json["next_cursor"] is None:
            return ids
        cursor = {"cursor": answer.json["next_cursor"]}
        assert len(cursor["cursor"]) <= cursors.MAX_CHARACTERS


@pytest.mark.parametrize("sort", ["t", "-t", "t,n", "n,-t", "o.t", "-o"])
def test_long_values_are_paged_through(documents: Documents, databases: Databases, sort: str) -> None:
    numbers = [3, 1, 2, 5, 4, 0]
    databases.stored("org_alpha").insert_many(
        {"_id": n, "t": long_text(n), "n": n % 2, "o": {"t": [long_text(n)]}} for n in numbers
    )
    stored = documents.find(sort=sort, fields="_id", limit=100).json["documents"]
    assert pages(documents, sort, fields="_id") == [document["_id"] for document in stored]
    assert len(stored) == len(numbers) + 1


def test_a_place_whose_document_changed_elsewhere_is_still_one(
    documents: Documents, databases: Databases
) -> None:
    databases.stored("org_alpha").insert_many({"_id": n, "t": long_text(n)} for n in range(3))
    first = documents.find(sort="-t", limit=1, fields="_id").json
    documents.of('{"$numberInt":"2"}', "PATCH", {"done": True})
    second = documents.find(sort="-t", limit=1, fields="_id", cursor=first["next_cursor"])
    assert second.json["documents"] == [{"_id": 1}]


@pytest.mark.parametrize("change", ["PATCH", "DELETE"])
def test_a_place_whose_document_went_is_refused_with_a_way_to_go_on(
    documents: Documents, databases: Databases, change: str
) -> None:
    databases.stored("org_alpha").insert_many({"_id": f"n{n}", "t": long_text(n)} for n in range(3))
    first = documents.find(sort="-t", limit=1, fields="_id").json
    second = documents.find(sort="-t", limit=1, fields="_id", cursor=first["next_cursor"]).json
    documents.of("n1", change, {"t": "short"} if change == "PATCH" else None)
    outdated = documents.find(sort="-t", limit=1, fields="_id", cursor=second["next_cursor"])
    assert (outdated.status, outdated.code) == (409, "cursor-outdated")
    again = documents.find(sort="-t", limit=1, fields="_id", cursor=first["next_cursor"])
    assert again.json["documents"] == [{"_id": "n0"}]


def test_ids_too_long_for_a_url_are_said_to_be(documents: Documents, databases: Databases) -> None:
    databases.stored("org_alpha").insert_many({"_id": long_text(n)} for n in range(3))
    refused = documents.find(limit=2, fields="_id")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "sort")


def test_cursors_have_a_greatest_length(documents: Documents) -> None:
    longest = "i" * 760  # 1,023 bytes in base64url, with its quotation marks
    documents.insert([{"_id": longest + str(n), "a": long_text(n)} for n in range(3)])
    assert len(pages(documents, "a", limit=1, fields="_id")) == 4
    with pytest.raises(InvalidFields):
        cursors.cursor_of({}, sorting.parse("a"), [[1], ["i" * cursors.MAX_CHARACTERS]])
