"""What a function of one's own may ask takes time in proportion to the document, which a client has made."""

from collections.abc import Callable
from typing import Any

import pytest
from bson import Regex
from pymongo import UpdateOne
from pymongo.collection import Collection

from tenantry.identity.members import Membership
from tenantry.storage.allowed import pipelines, updates
from tenantry.storage.allowed.filters import ForbiddenOperation
from tenantry.tenants import TenantCollection
from tests.integration.language.costs.test_requests import DEEP, DIGITS, elements, is_idle
from tests.support.databases import Databases
from tests.support.server_time import server_seconds
from tests.support.waiting import wait_until

SIZES = (10_000, 40_000)
SECONDS = 2


def document(items: int) -> dict[str, Any]:
    return {
        "_id": items,
        "a": list(range(items)),
        "b": list(range(items, 2 * items)),
        "c": [{"d": [i, 1], "t": "xx"} for i in range(items // 4)],
        "t": "ab" * 5 * items + "xc",
    }


def mapped(body: Any, of: str = "$a") -> Any:
    return {"$map": {"input": of, "in": body}}


EXPRESSIONS = {
    "map": {"$sum": mapped({"$add": ["$$this", {"$size": "$b"}]})},
    "nested": {"$sum": mapped({"$sum": mapped({"$add": ["$$this", 1]}, "$$this.d")}, "$c")},
    "filter": {"$size": {"$filter": {"input": "$c", "cond": {"$ne": ["$$this.d", "$b"]}}}},
    "reduce": {
        "$reduce": {"input": "$a", "initialValue": 0, "in": {"$add": ["$$this", {"$add": ["$$value", 1]}]}}
    },
    "union": {"$size": {"$setUnion": ["$a", {"$setIntersection": ["$b", "$a"]}]}},
    "difference": {"$size": {"$setDifference": ["$b", "$a"]}},
    "path": {"$size": "$c.d"},
    "sorted": {"$size": {"$sortArray": {"input": "$c", "sortBy": {"d": -1, "t": 1}}}},
    "objects": {
        "$size": {"$objectToArray": {"$arrayToObject": mapped({"k": {"$toString": "$$this"}, "v": 1})}}
    },
    "searched": {"$indexOfCP": ["$t", "ab" * 99 + "c"]},
    "split": {"$size": {"$split": ["$t", "a"]}},
    "replaced": {"$strLenCP": {"$replaceAll": {"input": "$t", "find": "ab", "replacement": "c"}}},
    "trimmed": {"$trim": {"input": "$t", "chars": "d" * 150 + "ab"}},
    "expression": {"$regexMatch": {"input": "$t", "regex": "(a|b|ab){1,3}c$"}},
    "range": {"$size": {"$zip": {"inputs": ["$a", {"$range": [0, {"$size": "$a"}]}]}}},
    "merged": {"$size": {"$objectToArray": {"$mergeObjects": ["$$ROOT", {"a": 1}, {"$first": "$c"}]}}},
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_time_of_a_pipeline_grows_with_the_document(name: str, stored: Collection[dict[str, Any]]) -> None:
    """What grows with the square takes 16 times as long for four times as much."""
    stages = [{"$project": {"x": EXPRESSIONS[name]}}]
    pipelines.check(stages)
    taken = []
    for size in SIZES:
        stored.delete_many({})
        stored.insert_one(document(size))
        taken.append(server_seconds(stored, lambda: list(stored.aggregate(stages))))
    assert taken[1] < 8 * taken[0] + 0.04
    assert taken[1] < SECONDS


UPDATES: dict[str, dict[str, Any]] = {
    "set": {"$set": {f"n{number}": 1 for number in range(updates.MAX_FIELDS)}},
    "items": {"$set": {f"a.{number}": 1 for number in range(updates.MAX_FIELDS)}},
    "add": {"$addToSet": {"a": {"$each": [-number for number in range(1, updates.MAX_VALUES + 1)]}}},
    "pull": {"$pull": {"a": {"$in": list(range(-2000, -1))}}},
    "pull all": {"$pullAll": {"a": [-number for number in range(1, updates.MAX_VALUES + 1)]}},
    "pull documents": {"$pull": {"c": {"d": {"$gt": 10**6}, "t": {"$regex": "xy"}}}},
}


@pytest.mark.parametrize("name", UPDATES)
def test_time_of_an_update_grows_with_the_document(name: str, stored: Collection[dict[str, Any]]) -> None:
    updates.check({}, UPDATES[name])
    taken = []
    for size in SIZES:
        stored.delete_many({})
        stored.insert_one(document(size))
        taken.append(server_seconds(stored, lambda: stored.update_one({}, UPDATES[name])))
    assert taken[1] < 8 * taken[0] + 0.04
    assert taken[1] < SECONDS


LARGE_KEYS = {"x": "x" * 200_000, "y": {"a": list(range(1000))}}
POSSESSIVE = {"t": {"$regex": "a++b"}}
REFUSED: dict[str, Callable[[TenantCollection], Any]] = {
    "find": lambda documents: documents.find({DIGITS: 2}),
    "find one": lambda documents: documents.find_one({"t": Regex("a*b")}),
    "elements": lambda documents: documents.count_documents(elements(8)),
    "conditions": lambda documents: documents.find({"$or": [{"a": number} for number in range(501)]}),
    "projection": lambda documents: documents.find({}, {"0.0": {"$elemMatch": {"0": 1}}}),
    "sort": lambda documents: documents.find({}, sort=[("a", 1), ("a.b", 1)]),
    "index": lambda documents: documents.create_index([("0.0.0", 1)]),
    "update": lambda documents: documents.update_one(POSSESSIVE, {"$set": {"a": 1}}),
    "path": lambda documents: documents.update_many({}, {"$set": {DIGITS: 1}}),
    "fields": lambda documents: documents.update_many(
        {}, {"$set": {f"n{number}": 1 for number in range(501)}}
    ),
    "values": lambda documents: documents.update_many({}, {"$addToSet": {"a": {"$each": list(range(201))}}}),
    "pull": lambda documents: documents.update_many({}, {"$pull": {"a": {"b": {"$regex": "a*b"}}}}),
    "pulled text": lambda documents: documents.update_many({}, {"$pull": {"a": Regex("a*b")}}),
    "pulled items": lambda documents: documents.update_many({}, {"$pullAll": {"a": list(range(201))}}),
    "array filter": lambda documents: documents.bulk_write(
        [UpdateOne({}, {"$set": {"a.$[x]": 1}}, array_filters=[{"x": {"$regex": "a*b"}}])]
    ),
    "replace": lambda documents: documents.replace_one({}, LARGE_KEYS),
    "insert": lambda documents: documents.insert_one(dict(LARGE_KEYS)),
    "insert many": lambda documents: documents.insert_many([{}, dict(LARGE_KEYS)]),
    "modify": lambda documents: documents.modify_one(0, lambda _: {"_id": 0, **LARGE_KEYS}),
    "delete": lambda documents: documents.delete_many({"$nor": [POSSESSIVE]}),
    "match": lambda documents: documents.aggregate([{"$limit": 1}, {"$match": POSSESSIVE}]),
    "over and over": lambda documents: documents.aggregate(
        [{"$set": {"x": mapped({"$in": ["$$this", "$b"]})}}]
    ),
}


def test_what_takes_longer_is_refused(member: Membership, databases: Databases) -> None:
    documents = TenantCollection(member.organization_id)
    documents.insert_many([{"_id": number, **document} for number, document in enumerate(DEEP)])
    for ask in REFUSED.values():
        with pytest.raises(ForbiddenOperation):
            ask(documents)
    wait_until(lambda: is_idle(databases), 1)
