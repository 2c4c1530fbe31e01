from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import bson
import pytest
from bson import SON, Code, DBRef
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from hypothesis import strategies as st

from tenantry.storage.allowed import pipelines
from tenantry.storage.allowed.pipelines import ForbiddenStage

FORBIDDEN_STAGES = [
    "$lookup", "$graphLookup", "$unionWith", "$out", "$merge", "$collStats", "$indexStats", "$currentOp",
    "$listSessions", "$listLocalSessions", "$listSampledQueries", "$planCacheStats", "$changeStream",
    "$changeStreamSplitLargeEvent", "$documents", "$geoNear", "$search", "$searchMeta", "$vectorSearch",
    "$shardedDataDistribution", "$queryStats", "$mergeCursors", "$_internalInhibitOptimization", "$queue",
    "$operationMetrics", "$unknown", "$LOOKUP", "$lookup ", "lookup", "$", "", "$function",
]  # fmt: skip
JAVASCRIPT = {
    "$function": {"body": Code("function() { return 1 }"), "args": [], "lang": "js"},
    "$accumulator": {"init": Code("function() {}"), "lang": "js"},
    "$where": "sleep(1000)",
}
CONTAINERS = st.sampled_from(
    [
        lambda inner: {"$cond": [True, inner, 0]},
        lambda inner: {"a": {"b": inner}},
        lambda inner: [1, [inner]],
        lambda inner: (inner,),
        lambda inner: {"$map": {"input": [inner], "in": "$$this"}},
        lambda inner: {"$literal": 1, "a": inner},
        lambda inner: {"$and": [{"a": 1}, inner]},
        lambda inner: SON([("a", inner)]),
        lambda inner: MappingProxyType({"$expr": inner}),
        lambda inner: RawBSONDocument(bson.encode({"a": inner})),
        lambda inner: DBRef("c", inner),
        lambda inner: DBRef("c", 1, None, {"a": inner}),
    ]
)
ALLOWED = st.sampled_from(
    [
        {"$match": {"a": 1}},
        {"$limit": 1},
        {"$unset": "a"},
        {"$count": "n"},
        {"$sortByCount": "$a"},
        {"$project": {"a": 1}},
    ]
)


def refusal(pipeline: Any) -> str:
    with pytest.raises(ForbiddenStage) as caught:
        pipelines.check(pipeline)
    return str(caught.value)


def in_a_stage(inner: Any, name: str) -> dict[str, Any]:
    return {name: {"a": inner} if name != "$facet" else {"a": [{"$match": {"b": inner}}]}}


@pytest.mark.parametrize(
    "pipeline",
    [
        [],
        [{"$match": {"a": {"$gt": 1}, "$expr": {"$eq": ["$a", "$b"]}}}, {"$sort": {"a": -1}}, {"$limit": 5}],
        [{"$group": {"_id": "$a", "n": {"$sum": 1}, "all": {"$push": "$$ROOT"}}}, {"$unwind": "$all"}],
        [{"$facet": {"n": [{"$count": "n"}], "some": [{"$sample": {"size": 3}}, {"$skip": 1}]}}],
        [{"$setWindowFields": {"sortBy": {"a": 1}, "output": {"n": {"$sum": 1}}}}],
        ({"$set": {"lookup": "$lookup", "where": "$where", "text": "$function"}},),
    ],
)  # fmt: skip
def test_stages_that_stay_within_the_collection_pass(pipeline: Any) -> None:
    pipelines.check(pipeline)


@given(
    st.sampled_from(FORBIDDEN_STAGES),
    st.lists(ALLOWED, max_size=2),
    st.lists(ALLOWED, max_size=2),
    st.integers(0, 3),
    st.booleans(),
)
def test_any_other_stage_is_refused_by_name_at_any_depth(
    name: str, before: list[Any], after: list[Any], depth: int, is_second_key: bool
) -> None:
    stage: Mapping[str, Any] = {"$limit": 1, name: {}} if is_second_key else {name: {"from": "org_other"}}
    pipeline: Any = [*before, stage, *after]
    for _ in range(depth):
        pipeline = (*before, {"$facet": {"a": [{"$limit": 1}], "b": pipeline}}, *after)
    assert refusal(pipeline).startswith(name)


@given(
    st.sampled_from(sorted(JAVASCRIPT)),
    st.lists(CONTAINERS, max_size=5),
    st.sampled_from(sorted(pipelines.STAGES)),
    st.lists(ALLOWED, max_size=2),
    st.integers(0, 2),
)
def test_javascript_is_refused_by_name_at_any_depth(
    name: str, containers: list[Any], stage: str, allowed: list[Any], depth: int
) -> None:
    inner: Any = {"x": 1, name: JAVASCRIPT[name]}
    for wrap in containers:
        inner = wrap(inner)
    pipeline = [*allowed, in_a_stage(inner, stage), *allowed]
    for _ in range(depth):
        pipeline = [{"$facet": {"a": pipeline}}]
    assert refusal(pipeline) == f"{name} runs JavaScript on the server"


@given(st.sampled_from([*sorted(JAVASCRIPT), "$text", "$meta"]), st.lists(CONTAINERS, max_size=3))
def test_what_a_literal_holds_is_data(name: str, containers: list[Any]) -> None:
    inner: Any = {name: {}}
    for wrap in containers:
        inner = wrap(inner)
    pipelines.check([{"$set": {"a": {"$literal": inner}}}])


@pytest.mark.parametrize(
    "pipeline", [["$lookup"], [None], [[{"$lookup": {}}]], [1], {"$lookup": {}}, "$lookup"]
)
def test_what_is_no_stage_is_refused(pipeline: Any) -> None:
    refusal(pipeline)


@pytest.mark.parametrize(
    "facets", [{"a": "$out"}, {"a": [{"a": 1}]}, {"a": 1}, 1, {"a": {"$out": "c"}}, [{"$out": "c"}]]
)
def test_malformed_facets_are_refused(facets: Any) -> None:
    refusal([{"$facet": facets}])
