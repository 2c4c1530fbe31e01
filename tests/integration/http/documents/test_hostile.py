"""Whatever is sent gets an answer below 500, and reaches nobody else's documents."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.http.documents.conftest import Documents
from tests.integration.kinds import POOL
from tests.support.databases import Databases
from tests.support.sampling import examples
from tests.support.service import Answer

BOUNDED = settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = st.sampled_from(
    ["a", "b", "_id", "a.b", "a.0", "", "$a", "$where", "$expr", "$lookup", "$or", "$and", "$in", "$gt",
     "$regex", "$options", "$elemMatch", "$type", "$size", "$mod", "$not", "$oid", "$date", "$numberLong",
     "$numberDecimal", "$binary", "$code", "$scope", "$ref", "$id", "$db", "$timestamp", "$minKey", "$uuid",
     "$regularExpression", "$undefined", "base64", "subType", "t", "i", "pattern", "options", "\0", "é"]
)  # fmt: skip
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
STRINGS = st.text(max_size=4) | st.sampled_from(["(", "(?<", "[a", "2026-01-01T00:00:00Z", "AAEC", "00"])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | STRINGS | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.text(max_size=12) | NAMES | JSON.map(json.dumps)


def check(answer: Answer) -> None:
    assert 200 <= answer.status < 500, answer.text
    if answer.status >= 400:
        assert answer.code, answer.text
    assert "org_alpha" not in answer.text
    assert "org_beta" not in answer.text
    assert POOL not in answer.text


FUZZED = [{"_id": 1, "a": 1, "b": [1, {"b": 2}]}, {"_id": 2, "a": "x"}, {"_id": 3, "a": None}]


@pytest.fixture
def fuzzed(documents: Documents, databases: Databases) -> Documents:
    databases.stored("org_alpha").insert_many(FUZZED)
    return documents


@BOUNDED
@given(query=JSON)
def test_filters(fuzzed: Documents, query: Any) -> None:
    check(fuzzed.find(query, limit=2))
    check(fuzzed.count(query))


@BOUNDED
@given(
    parameters=st.dictionaries(
        st.sampled_from(["filter", "sort", "fields", "limit", "cursor", "x"]), TEXTS, max_size=4
    )
)
def test_parameters(fuzzed: Documents, parameters: dict[str, str]) -> None:
    check(fuzzed.find(**parameters))


@BOUNDED
@given(
    sort=st.sampled_from(["a", "-a", "b,-a", "b.b", "-_id"]), flip=st.integers(0, 200), to=st.integers(0, 255)
)
def test_altered_cursors(fuzzed: Documents, sort: str, flip: int, to: int) -> None:
    cursor = bytearray(str(fuzzed.find(sort=sort, limit=1).json["next_cursor"]).encode())
    cursor[flip % len(cursor)] = to
    check(fuzzed.find(sort=sort, cursor=cursor.decode("latin-1")))


@BOUNDED
@given(sent=JSON, document_id=TEXTS, tag=st.none() | st.text(st.characters(codec="latin-1"), max_size=5))
def test_documents_and_ids(fuzzed: Documents, sent: Any, document_id: str, tag: str | None) -> None:
    headers = {} if tag is None else {"If-Match": tag}
    check(fuzzed.insert(sent))
    check(fuzzed.insert([sent, {"a": sent}], "?ordered=false"))
    for method in ("PUT", "GET", "PATCH", "DELETE"):
        path = f"{fuzzed.path}/{quote(document_id, safe='', errors='surrogatepass') or '%22'}"
        body = json.dumps(sent) if method in {"PUT", "PATCH"} else None
        request = fuzzed.service.request
        check(request(method, path, body=body, token=fuzzed.owner.token, headers=headers))


@BOUNDED
@given(body=st.text(max_size=30) | JSON.map(json.dumps), lines=st.booleans())
def test_bodies(fuzzed: Documents, body: str, *, lines: bool) -> None:
    content_type = "application/x-ndjson" if lines else "application/json"
    check(fuzzed.insert_text(body, **{"Content-Type": content_type}))


@BOUNDED
@given(body=st.fixed_dictionaries({"keys": st.lists(st.fixed_dictionaries({"field": TEXTS}), max_size=2)}))
def test_indexes(fuzzed: Documents, body: Any) -> None:
    created = fuzzed.index("POST", body)
    check(created)
    if created.status == 201:
        assert fuzzed.index("DELETE", name=created.json["name"]).status == 204


@pytest.mark.parametrize("header", ["X-Organization", "X-Tenant-Id", "X-Original-URL"])
def test_headers_and_parameters_name_no_tenant(fuzzed: Documents, header: str) -> None:
    path, token = fuzzed.path + "?" + urlencode({"organization": "beta"}), fuzzed.owner.token
    answer = fuzzed.service.get(path, token=token, headers={header: "beta"})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "organization")
