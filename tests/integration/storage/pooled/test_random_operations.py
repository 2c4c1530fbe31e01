"""Any sequence of operations says and leaves the same on both kinds, and leaves the neighbours alone."""

import os
from collections.abc import Callable
from functools import partial
from operator import methodcaller as call
from typing import Any, Final

from bson import Code, Int64
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from tenantry.tenants import TenantCollection
from tests.integration.storage.pooled.twins import TENANT, Twins
from tests.integration.storage.pooled.values import FILTERS as HARD_FILTERS
from tests.integration.storage.pooled.values import IDS, OPERATORS, REFUSED_IDS
from tests.support.query_values import FILTERS
from tests.support.query_values import VALUES as COMMON_VALUES

EXAMPLES: Final = int(os.environ.get("POOLED_EXAMPLES", "25"))

Operation = Callable[[TenantCollection], Any]

SOME_IDS = st.sampled_from([1, 1.0, Int64(1), 2, "a", "b", None, {"a": 1}, {"a": [1, {"b": 2}]}])
# MongoDB 6.0 may make a string of code that it groups by, in whatever collection.
ANY_ID = SOME_IDS | st.sampled_from(
    [document_id for document_id in IDS if not isinstance(document_id, Code)] + REFUSED_IDS[:3]
)
FIELDS = st.sampled_from(["a", "b", "c", "tenant", "id", "_id.tenant"])
VALUES = COMMON_VALUES | st.sampled_from([1, 2, "x", [1, 2], [{"a": 1}, {"a": 2}], {"b": 1}])
PATHS = st.sampled_from(["a", "b", "c", "a.b", "a.0", "a.$", "a.$[]", "b.a", "tenant", "_id", "_id.a"])
DOCUMENTS = st.builds(
    lambda document_id, fields: {"_id": document_id, **fields},
    ANY_ID,
    st.dictionaries(FIELDS, VALUES, max_size=3),
)
BY_ID = SOME_IDS.map(lambda document_id: {"_id": document_id})
QUERIES = st.one_of(
    BY_ID,
    st.builds(lambda document_id, path, value: {"_id": document_id, path: value}, ANY_ID, FIELDS, VALUES),
    st.builds(lambda path, value: {path: value}, FIELDS, VALUES),
    FILTERS,
    st.sampled_from([*HARD_FILTERS, *({"_id": operator} for operator in OPERATORS)]),
)
NUMBERS = st.sampled_from([1, -2, 1.5, Int64(3)])
OPERANDS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "$set": VALUES,
    "$setOnInsert": VALUES,
    "$unset": st.just(""),
    "$inc": NUMBERS,
    "$mul": NUMBERS,
    "$min": VALUES,
    "$max": VALUES,
    "$rename": PATHS,
    "$currentDate": st.just({"$type": "wrong"}),
    "$push": VALUES | st.fixed_dictionaries({"$each": st.lists(VALUES, max_size=2), "$slice": st.just(2)}),
    "$addToSet": VALUES,
    "$pop": st.sampled_from([1, -1]),
    "$pull": VALUES | st.just({"$gt": 1}) | st.just({"a": 1}),
    "$pullAll": st.lists(VALUES, max_size=2),
    "$bit": st.just({"or": 5}),
}
UPDATES = st.lists(
    st.sampled_from(sorted(OPERANDS)).flatmap(
        lambda name: st.tuples(st.just(name), st.dictionaries(PATHS, OPERANDS[name], min_size=1, max_size=2))
    ),
    min_size=1,
    max_size=2,
).map(dict)
REPLACEMENTS = DOCUMENTS | st.dictionaries(FIELDS, VALUES, max_size=2)
SORTS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "a.b", "_id.a", "_id", "tenant"]), st.sampled_from([1, -1])),
    max_size=2,
    unique_by=lambda key: key[0],
).map(lambda keys: keys if "_id" in dict(keys) else [*keys, ("_id", 1)])
PROJECTIONS = st.none() | st.dictionaries(
    st.sampled_from(["a", "b", "a.b", "_id", "_id.a", "tenant", "id"]), st.sampled_from([0, 1]), max_size=3
)
STAGES = st.one_of(
    QUERIES.map(lambda query: {"$match": query}),
    SORTS.map(lambda keys: {"$sort": dict(keys)}),
    st.just({"$match": {"$expr": {"$gt": ["$_id", {"$literal": 1}]}}}),
    st.just({"$match": {"$expr": {"$ne": ["$$ROOT._id", "$tenant"]}}}),
    st.sampled_from(
        [
            {"$project": {"_id": 1, "x": "$_id", "y": "$$ROOT"}}, {"$set": {"x": {"$type": "$_id"}}},
            {"$unset": "_id"}, {"$set": {"_id": {"was": "$_id"}}}, {"$replaceWith": {"d": "$$ROOT"}},
            {"$unwind": "$a"}, {"$project": {"_id.tenant": 1, "a": 1}}, {"$match": {"_id.was": 1}},
            {"$group": {"_id": "$_id", "n": {"$sum": 1}, "all": {"$addToSet": "$tenant"}}},
            {"$group": {"_id": "$_id.tenant", "n": {"$sum": 1}}}, {"$sortByCount": "$a"}, {"$count": "n"},
            {"$facet": {"n": [{"$count": "n"}], "ids": [{"$sort": {"_id": 1}}, {"$project": {"_id": 1}}]}},
            {"$setWindowFields": {"sortBy": {"_id": 1}, "output": {"n": {"$sum": 1}}}},
            {"$bucketAuto": {"groupBy": "$_id", "buckets": 2}},
        ]
    ),
)  # fmt: skip
KEYS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "a.b", "_id", "_id.a", "tenant"]), st.sampled_from([1, -1])),
    min_size=1,
    max_size=2,
    unique_by=lambda key: key[0],
)
NAMES = st.sampled_from(["", "", "one", "two", "_id_", "*", f"{TENANT}:one"])


def on_first(name: str, query: Any, *more: Any, **options: Any) -> Operation:
    """Return an operation on one document, of which the server may choose any, as one on the first by id."""

    def operation(documents: TenantCollection) -> Any:
        matching = documents.find(query, {"_id": 1}, limit=2)
        chosen = {"$and": [query, {"_id": {"$eq": matching[0]["_id"]}}]} if len(matching) > 1 else query
        options_for_first = options if len(matching) < 2 else {**options, "upsert": False} if options else {}
        return getattr(documents, name)(chosen, *more, **options_for_first)

    return operation


def sorted_results(documents: TenantCollection, pipeline: list[Any]) -> list[str]:
    """Return what a pipeline results in, in an order of our own where it has none."""
    return sorted(map(repr, documents.aggregate(pipeline)))


OPERATIONS = st.one_of(
    DOCUMENTS.map(partial(call, "insert_one")),
    st.lists(DOCUMENTS, min_size=1, max_size=3).map(partial(call, "insert_many")),
    st.builds(on_first, st.just("update_one"), QUERIES, UPDATES, upsert=st.booleans()),
    st.builds(on_first, st.just("replace_one"), QUERIES, REPLACEMENTS, upsert=st.booleans()),
    st.builds(on_first, st.just("delete_one"), QUERIES),
    st.builds(on_first, st.just("find_one"), QUERIES, PROJECTIONS),
    st.builds(partial(call, "update_many"), QUERIES, UPDATES),
    QUERIES.map(partial(call, "delete_many")),
    QUERIES.map(partial(call, "count_documents")),
    st.builds(partial(call, "find"), QUERIES, PROJECTIONS, sort=SORTS, skip=st.integers(0, 1)),
    st.builds(lambda stages: partial(sorted_results, pipeline=stages), st.lists(STAGES, max_size=4)),
    st.builds(partial(call, "create_index"), KEYS, unique=st.booleans(), partial=st.booleans(), name=NAMES),
    NAMES.map(partial(call, "drop_index")),
    st.lists(
        st.one_of(
            DOCUMENTS.map(InsertOne),
            st.builds(UpdateMany, QUERIES, UPDATES, upsert=st.booleans()),
            st.builds(UpdateOne, BY_ID, UPDATES, upsert=st.booleans()),
            st.builds(ReplaceOne, BY_ID, REPLACEMENTS, upsert=st.booleans()),
            st.builds(ReplaceOne, st.just({"none": 1}), REPLACEMENTS, upsert=st.booleans()),
            BY_ID.map(DeleteOne),
            QUERIES.map(DeleteMany),
        ),
        max_size=4,
    ).map(partial(call, "bulk_write")),
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(DOCUMENTS, max_size=4), st.lists(OPERATIONS, min_size=1, max_size=8))
def test_random_operations(twins: Twins, documents: list[Any], operations: list[Operation]) -> None:
    twins.clear()
    twins.do(*(call("insert_one", document) for document in documents))
    for operation in operations:
        twins.do_to_indexes(operation)
