"""What an index refuses is said with the index and the reason, and not as if the database were away."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import OperationFailure

from tests.integration.http.documents.conftest import Documents
from tests.support.databases import Databases, failing

BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
AMBIGUOUS = {"q": [{"0": {"b": 1}}]}
PARALLEL = {"q": [1], "r": [2]}
VALUES = st.recursive(
    st.sampled_from([1, "a", None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["0", "1", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=8,
)
DOCUMENTS = st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES})
KEYS = st.lists(
    st.sampled_from(["a", "b", "a.b", "a.0", "a.0.b", "a.b.0", "a.1", "b.0", "b.a"]), min_size=1, max_size=3,
    unique=True,
)  # fmt: skip


def keys(*fields: str) -> dict[str, Any]:
    return {"keys": [{"field": field} for field in fields]}


@pytest.mark.parametrize(
    ("document", "fields", "reason"),
    [(AMBIGUOUS, ["q.0.b"], "number"), (PARALLEL, ["q", "r"], "array")],
    ids=["ambiguous", "parallel"],
)
def test_index_over_documents_that_it_cannot_hold(
    documents: Documents, document: Any, fields: list[str], reason: str
) -> None:
    documents.insert(document)
    refused = documents.index("POST", keys(*fields) | {"name": "mine"})
    assert (refused.status, refused.code) == (409, "index-refused"), refused.text
    assert reason in refused.json["detail"]
    assert refused.json["indexes"] == ["mine"]


@pytest.mark.parametrize(
    ("document", "fields", "reason"),
    [(AMBIGUOUS, ["q.0.b"], "number"), (PARALLEL, ["q", "r"], "array")],
    ids=["ambiguous", "parallel"],
)
def test_document_that_an_index_cannot_hold(
    documents: Documents, document: Any, fields: list[str], reason: str
) -> None:
    documents.index("POST", keys(*fields) | {"name": "mine"})
    documents.index("POST", keys("other"))
    documents.insert({"_id": "there"})
    for answer in (
        documents.insert(document),
        documents.of("there", "PUT", document),
        documents.of("new", "PUT", document),
        documents.of("there", "PATCH", document),
    ):
        assert (answer.status, answer.code) == (409, "document-refused"), answer.text
        assert reason in answer.json["detail"]
        assert answer.json["indexes"] == ["mine"]
    answer = documents.insert([{"_id": 2}, document, {"_id": 3}], "?ordered=false")
    assert [result["status"] for result in answer.json["results"]] == [201, 409, 201]
    assert answer.json["results"][1]["indexes"] == ["mine"]


def test_unique_index_that_refuses_a_document_is_named(documents: Documents) -> None:
    documents.index("POST", keys("email") | {"unique": True, "name": "by-email"})
    documents.index("POST", keys("phone") | {"unique": True, "name": "by-phone"})
    documents.insert({"_id": "a", "email": "x", "phone": 1})
    for answer in (documents.insert({"email": "x"}), documents.of("b", "PUT", {"email": "x"})):
        assert (answer.status, answer.code) == (409, "document-exists")
        assert answer.json["indexes"] == ["by-email"]
        assert "by-email" in answer.json["detail"]
    taken = documents.insert({"_id": "a", "email": "y", "phone": 2})
    assert (taken.code, taken.json["indexes"]) == ("document-exists", ["_id_"])
    listed = documents.insert([{"_id": "a"}, {"phone": 1, "email": "z"}], "?ordered=false").json["results"]
    assert [result["indexes"] for result in listed] == [["_id_"], ["by-phone"]]
    duplicate = documents.index("POST", keys("_id", "n") | {"unique": True, "name": "other"})
    assert duplicate.status == 201
    documents.insert([{"n": 1}, {"n": 1}])
    refused = documents.index("POST", keys("n") | {"unique": True, "name": "by-n"})
    assert (refused.code, refused.json["indexes"]) == ("index-refused", ["by-n"])


@BOUNDED
@given(stored=st.lists(DOCUMENTS, max_size=3), sent=DOCUMENTS, fields=KEYS, unique=st.booleans())
def test_whatever_meets_an_index_is_stored_or_refused(
    documents: Documents,
    *,
    stored: list[Any],
    sent: Any,
    fields: list[str],
    unique: bool,
) -> None:
    documents.collection.delete_many({})
    documents.insert(stored or [{}])
    index = documents.index("POST", keys(*fields) | {"unique": unique, "name": "mine"})
    assert index.status in {201, 409, 422}, index.text
    documents.collection.delete_many({})
    assert documents.index("POST", keys(*fields) | {"unique": unique, "name": "mine"}).status in {201, 422}
    for document in [*stored, sent]:
        answer = documents.of("there", "PUT", document)
        assert answer.status in {200, 201, 409}, answer.text
        answer = documents.insert(document)
        assert answer.status in {201, 409}, answer.text
        assert answer.status == 201 or answer.json["indexes"] == ["mine"]
    documents.index("DELETE", name="mine")


def test_documents_that_come_while_an_index_is_built(documents: Documents) -> None:
    """Some builds are ready before them and refuse the document, others find it and give up."""
    documents.insert([{"q": number} for number in range(1000)])
    is_over = threading.Event()
    collection = documents.collection

    def insert() -> None:
        while not is_over.is_set():
            with suppress(OperationFailure):  # the index was there first, or is not there yet
                collection.insert_one({"_id": "late", **AMBIGUOUS})
            with suppress(OperationFailure):  # the same
                collection.delete_one({"_id": "late"})

    writer = threading.Thread(target=insert)
    writer.start()
    try:
        for number in range(20):
            answer = documents.index("POST", keys("q.0.b") | {"name": f"mine{number}"})
            assert answer.status in {201, 409}, answer.text
            documents.index("DELETE", name=f"mine{number}")
    finally:
        is_over.set()
        writer.join()
    assert [index["name"] for index in documents.index("GET").json["indexes"]] == ["_id_", "kind"]


@pytest.mark.parametrize("there", [["mine"], []], ids=["built", "given up"])
def test_deletion_while_an_index_is_built_that_cannot_hold_the_document(
    documents: Documents, databases: Databases, there: list[str]
) -> None:
    """The server computes what the index holds of a document that goes, and refuses if it cannot."""
    documents.insert({"_id": "there", "a": 1})
    for name in there:
        documents.index("POST", keys("q.0.b") | {"name": name})
    documents.of("there", "GET")  # after which no request starts over because of the index
    for command, method in (("delete", "DELETE"), ("update", "PUT"), ("update", "PATCH")):
        with failing(databases.client, command, errorCode=16746, times=1):
            answer = documents.of("there", method, None if method == "DELETE" else {"a": 2})
        assert (answer.status, answer.code) == (409, "document-refused"), answer.text
        assert answer.json["indexes"] == there
        assert answer.json["detail"].startswith(
            "The index mine" if there else "An index that was being built"
        )
    assert documents.of("there", "GET").json == {"_id": "there", "a": 1}
    assert documents.of("there", "DELETE").status == 204


@pytest.mark.parametrize(
    "document",
    [
        {"a": [0] * 20_000, "b": "x" * 200_000},
        {"a": {"b": [[n] for n in range(2_000)]}, "c": {"d": "x" * 200_000}},
        {"a": [0] * 2_000, "b": {"c": ["x"] * 20_000}},
        {"a": [{"b": [0] * 1_000, "c": "x" * 40_000} for _ in range(8)]},
    ],
)
def test_documents_that_an_index_would_multiply_are_refused(documents: Documents, document: Any) -> None:
    """With both fields in an index, these would be 0.2 to 4 GB of it, made in the server's memory."""
    for answer in (documents.insert(document), documents.of("a", "PUT", document)):
        assert (answer.status, answer.code) == (422, "invalid-fields")
        assert answer.json["errors"][0]["field"].startswith("a")
    for field in ("a", "b", "c"):
        documents.of(field, "PUT", {field: document.get(field)})
    documents.index("POST", keys("v", "text"))
    for allowed in (
        {"_id": "vector", "v": [0.1] * 1536, "text": "x" * 10_000},
        {"_id": "arrays", "a": [0] * 10_000, "b": [{"c": "x"}] * 10_000},
    ):
        assert documents.insert(allowed).status == 201


def test_fields_that_lead_into_each_other_make_no_index(documents: Documents) -> None:
    """Such an index holds the whole array once for each of its items."""
    for fields in (("a", "a.b"), ("a.b.c", "a.b"), ("a", "b", "a.0")):
        refused = documents.index("POST", keys(*fields))
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "keys")
    assert documents.index("POST", keys("a.b", "a.c", "ab")).status == 201
