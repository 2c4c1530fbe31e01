import copy
import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from bson import Binary, Code, DBRef, Int64, MinKey, ObjectId, Regex, Timestamp
from hypothesis import assume, given
from hypothesis import strategies as st

from tenantry.errors import InvalidFields, PayloadTooLarge
from tenantry.http.documents.rules import (
    JSON_MAX_DEPTH,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ID_BYTES,
    MAX_INDEXED_BYTES,
    check_document,
    merge_patch,
)
from tenantry.language import strict_json
from tenantry.language.extended_json import decode, encode
from tests.support.bson_values import NAMES, REGEXES, VALUES, exactly

LAMBDA_RESPONSE_BYTES = 6 * 1024 * 1024
SHORTEST = [chr(code) for code in range(1, 128) if chr(code) not in "$."]  # control characters first
HEX = "65a0b1c2d3e4f5061728394A"
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def nested(levels: int, inside: Any = 1) -> Any:
    for level in range(levels):
        inside = [inside] if level % 2 else {"a": inside}
    return inside


def refused_field(document: Any) -> str:
    with pytest.raises(InvalidFields) as caught:
        check_document(document)
    (error,) = caught.value.extensions["errors"]
    return str(error["field"])


@given(st.dictionaries(NAMES, VALUES))
def test_documents_of_any_types_are_fine(document: dict[str, Any]) -> None:
    assume(Timestamp(0, 0) not in document.values() and "_id" not in document)
    check_document(document)
    check_document(document | {"_id": ObjectId()})


@pytest.mark.parametrize("name", ["a\0", "\0"])
def test_names_with_nul_are_refused_at_any_depth(name: str) -> None:
    assert refused_field({"b": 1, name: 1}) == name
    assert refused_field({"a": {"b": {name: 1}}}) == f"a.b.{name}"
    assert refused_field({"a": [0, [{name: 1}]]}) == f"a.1.0.{name}"
    assert refused_field({"a": Code("x", {name: 1})}) == f"a.$scope.{name}"
    assert refused_field({"a": DBRef("c", {name: 1})}) == f"a.$id.{name}"


@pytest.mark.parametrize("name", ["", "$", "$set", "$where", "$ref", "a.b", ".", "a.", "$oid"])
def test_names_that_mongodb_gives_a_meaning_are_refused_in_ids_alone(name: str) -> None:
    check_document({"b": 1, name: 1, "a": [{"b": {name: 1}}, Code("x", {name: 1}), DBRef("c", {name: 1})]})
    assert refused_field({"_id": {name: 1}}) == f"_id.{name}"
    assert refused_field({"_id": {"a": [{name: 1}]}}) == f"_id.a.0.{name}"
    assert refused_field({"_id": DBRef("c", {name: 1})}) == f"_id.$id.{name}"
    assert refused_field({"_id": DBRef("c", 1, None, {name + "$": 1} if name == "$ref" else {name: 1})})
    check_document({"_id": {"a": DBRef("c", 1, "d")}})


def test_references_merge_as_the_objects_that_they_are() -> None:
    target = {"a": {"$ref": "#/x", "type": "object"}, "b": DBRef("c", 1, None, {"n": 1})}
    patch = decode({"a": {"$id": "y"}, "b": {"n": None, "$id": 2}})
    merged = merge_patch(target, patch)
    assert exactly(merged["a"]) == exactly(DBRef("#/x", "y", None, {"type": "object"}))
    assert exactly(merged["b"]) == exactly(DBRef("c", 2))
    assert merge_patch(merged, {"a": {"$id": None}})["a"] == {"$ref": "#/x", "type": "object"}


@pytest.mark.parametrize(
    "document", [None, [], "a", 1, ObjectId(), DBRef("c", 1), Regex("a"), {"a": 1, "$id": 1, "$ref": "c"}]
)
def test_only_objects_are_documents(document: Any) -> None:
    assert refused_field(document) == "document"


def test_nesting_is_allowed_up_to_a_limit() -> None:
    check_document(nested(MAX_DEPTH - 1) | {})
    assert refused_field({"a": nested(MAX_DEPTH)}).startswith("a.")
    assert refused_field({"a": nested(MAX_DEPTH - 2, Code("x", {}))}).endswith("$scope")


def test_the_depth_of_json_is_enough_for_every_value() -> None:
    document = {"a": nested(MAX_DEPTH - 1, b"octets")}
    check_document(document)
    text = encode(document, canonical=True)
    assert decode(strict_json.loads(text, max_depth=JSON_MAX_DEPTH)) == document


def test_a_document_has_a_longest_length() -> None:
    overhead = len(exactly("")) - len("") + 1
    check_document({"a": "x" * (MAX_BYTES - overhead)})
    with pytest.raises(PayloadTooLarge, match=str(MAX_BYTES)):
        check_document({"a": "x" * (MAX_BYTES - overhead + 1)})


@pytest.mark.parametrize(
    ("nest", "field"),
    [
        (lambda items: items, "a"),
        (lambda items: [1, items], "a"),
        (lambda items: {"c": items}, "a.c"),
        (lambda items: {"c": {"d": items}}, "a.c.d"),
        (lambda items: DBRef("c", items), "a.$id"),
        (lambda items: {"c": DBRef("c", items)}, "a.c.$id"),
    ],
)
def test_an_array_has_few_items_for_what_is_beside_it(nest: Callable[[list[int]], Any], field: str) -> None:
    text = "x" * 100_000
    enough = MAX_INDEXED_BYTES // len(text)
    assert refused_field({"a": nest([1] * (enough + 1)), "b": text}) == field
    check_document({"a": nest([1] * (enough - 10)), "b": text})
    check_document({"a": [1] * (enough + 1), "b": [text]})  # no index holds two arrays


@pytest.mark.parametrize("value", [Regex("", ""), MinKey(), b"", 1, "\1" * 5, '"' * 5, {}, []])
def test_the_longest_document_fits_into_an_answer_of_lambda(value: Any) -> None:
    """Extended JSON of small values is many times as long, and the answer holds it as a JSON string."""
    document: dict[str, Any] = {}
    size, size_of_value = len(exactly("")) - 4, len(exactly(value)) - len(exactly(None)) + 2
    for length in (1, 2, 3):
        for characters in product(SHORTEST, repeat=length):
            size += length + size_of_value
            if size > MAX_BYTES:
                break
            document["".join(characters)] = value
    check_document(document)
    assert len(exactly(document)) > MAX_BYTES * 0.99
    answer = json.dumps({"body": encode(document, canonical=True)}, ensure_ascii=False)
    assert len(answer.encode()) < LAMBDA_RESPONSE_BYTES


def test_the_empty_timestamp_is_refused_where_the_server_replaces_it() -> None:
    assert refused_field({"a": 1, "at": Timestamp(0, 0)}) == "at"
    check_document({"a": {"at": Timestamp(0, 0)}})


@pytest.mark.parametrize("value", [None, True, False, [], [1], Regex("a"), "a" * (MAX_ID_BYTES + 1)])
def test_values_that_cannot_be_ids_are_refused(value: Any) -> None:
    assert refused_field({"_id": value}) == "_id"


# RFC 7396, appendix A
@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
        ('{"a":"b"}', '{"a":null}', "{}"),
        ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
        ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
        ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
        ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
        ('["a","b"]', '["c","d"]', '["c","d"]'),
        ('{"a":"b"}', '["c"]', '["c"]'),
        ('{"a":"foo"}', "null", "null"),
        ('{"a":"foo"}', '"bar"', '"bar"'),
        ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
        ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'),
        ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
    ],
)
def test_patches_merge_as_the_rfc_shows(target: str, patch: str, result: str) -> None:
    assert merge_patch(json.loads(target), json.loads(patch)) == json.loads(result)


@given(JSON_VALUES, JSON_VALUES)
def test_merging_again_changes_nothing_more(target: Any, patch: Any) -> None:
    before = copy.deepcopy((target, patch))
    merged = merge_patch(target, patch)
    assert merge_patch(merged, patch) == merged
    assert (target, patch) == before


def test_typed_values_are_replaced_as_a_whole() -> None:
    target = {"at": ObjectId(), "ref": DBRef("c", 1), "n": Int64(1), "kept": Binary(b"x", 5)}
    patch = decode({"at": {"$oid": HEX}, "ref": {"$ref": "c", "$id": 2}, "n": {"$numberDecimal": "1.0"}})
    assert merge_patch(target, patch) == patch | {"kept": Binary(b"x", 5)}


@given(REGEXES | st.lists(st.integers()))
def test_ids_that_the_server_refuses_are_refused(value: Any) -> None:
    assert refused_field({"_id": value}) == "_id"
