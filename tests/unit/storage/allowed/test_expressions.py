"""Which expressions take time in proportion to a document."""

from typing import Any

import pytest
from bson import Regex

from tenantry.storage.allowed import pipelines
from tenantry.storage.allowed.filters import ForbiddenOperation


def mapped(body: Any, **more: Any) -> dict[str, Any]:
    return {"$map": {"input": "$a", "in": body, **more}}


def filtered(condition: Any) -> dict[str, Any]:
    return {"$filter": {"input": "$a", "cond": condition}}


def reduced(body: Any) -> dict[str, Any]:
    return {"$reduce": {"input": "$a", "initialValue": 0, "in": body}}


@pytest.mark.parametrize(
    "expression",
    [
        "$a.b.c", 1, {"$literal": {"$unknown": 1}}, {"$setIntersection": ["$a", "$b"]},
        mapped({"name": "$$this.name", "n": {"$multiply": ["$$this.n", "$factor"]}}),
        mapped({"$concat": ["$$x.first", " ", {"$toUpper": "$$x.last"}]}, **{"as": "x"}),
        mapped({"$sum": mapped({"$ne": ["$$y.n", "$$this"]}, input="$$this.b", **{"as": "y"})}),
        filtered({"$and": [{"$gte": ["$$this.at", "$$ROOT.from"]}, {"$ne": ["$$this.by", "$by"]}]}),
        filtered({"$in": ["$$this", [1, 2, 3]]}),
        reduced({"$cond": [{"$gt": ["$$this", "$$value"]}, "$$this", "$$value"]}),
        reduced({"$add": ["$$value", {"$size": "$$this.items"}, {"$size": "$b"}]}),
        {"$let": {"vars": {"n": "$b.n"}, "in": filtered({"$eq": ["$$this", "$$n"]})}},
        mapped({"$let": {"vars": {"part": "$$this.part"}, "in": {"$concat": ["$$part.name", "!"]}}}),
        {"$regexMatch": {"input": "$a", "regex": "^a.*b", "options": "i"}},
        {"$regexFind": {"input": "$a", "regex": Regex("a{1,9}b", "s")}},
        {"$range": [0, {"$size": "$a"}]}, {"$mergeObjects": ["$a", "$b"]}, {"$split": ["$a", ","]},
        {"$trim": {"input": "$a"}}, {"$switch": {"branches": [{"case": "$a", "then": "$b"}], "default": 1}},
    ],
    ids=repr,
)  # fmt: skip
def test_expression_that_goes_over_an_array_once_passes(expression: Any) -> None:
    pipelines.check([{"$set": {"x": expression}}])
    pipelines.check([{"$match": {"$or": [{"b": 1}, {"$expr": expression}]}}])
    pipelines.check([{"$group": {"_id": expression, "x": {"$push": expression}}}])


@pytest.mark.parametrize(
    "expression",
    [
        filtered({"$in": ["$$this", "$b"]}),
        filtered({"$eq": ["$b", "$c"]}),
        filtered({"$eq": ["$$this", "$b.c"]}),
        filtered({"$eq": ["$$this", "$$ROOT.b.c"]}),
        mapped("$b"), mapped(["$b"]), mapped({"b": "$b"}), mapped("$$ROOT"), mapped({"$strLenCP": "$b"}),
        mapped({"$cond": [True, "$b", 1]}), mapped({"$ifNull": ["$$this", "$b"]}),
        mapped({"$switch": {"branches": [{"case": "$$this", "then": ["$b"]}], "default": 1}}),
        mapped(mapped("$$this", input="$b")), mapped({"$sum": mapped("$$this", input="$b")}),
        mapped({"$sum": mapped({"$eq": ["$$y", {"$strLenCP": "$$this"}]}, input="$$this.b", **{"as": "y"})}),
        mapped({"$let": {"vars": {"b": "$b"}, "in": {"$strLenCP": "$$b"}}}),
        mapped({"$let": {"vars": {"b": "$b"}, "in": "$$b.c"}}),
        mapped({"$regexMatch": {"input": "$b", "regex": "a"}}),
        reduced({"$concatArrays": ["$$value", ["$$this"]]}), reduced(["$$value", "$$value"]),
        reduced({"a": "$$value", "b": "$$value"}), reduced({"$concat": ["$$value", "x"]}),
        reduced({"$mergeObjects": ["$$value", "$$this"]}),
        {"$mergeObjects": "$a"}, {"$regexFindAll": {"input": "$a", "regex": "a"}}, {"$unknown": 1},
        {"$regexMatch": {"input": "$a", "regex": "$b"}}, {"$regexMatch": {"input": "$a", "regex": "a*b"}},
        {"$regexMatch": {"input": "$a", "regex": {"$concat": ["a", "b"]}}},
        {"$regexMatch": {"input": "$a", "regex": "a", "options": "m"}},
        {"$regexMatch": {"input": "$a", "regex": Regex("a"), "options": "x"}},
        {"$split": ["$a", "$b"]}, {"$indexOfCP": ["$a", "x" * 201]},
        {"$replaceAll": {"input": "$a", "find": "$b"}},
        {"$trim": {"input": "$a", "chars": {"$literal": "x" * 201}}},
        {"$range": [0, "$n"]}, {"$range": [0, 10_001]},
        {"$or": [{"$regexFind": {"input": "$a", "regex": "a" * 150}}] * 2},
        {"$sortArray": {"input": "$a", "sortBy": {"0.0.0": 1}}},
    ],
    ids=repr,
)  # fmt: skip
def test_expression_that_may_take_longer_is_refused(expression: Any) -> None:
    for stage in (
        {"$set": {"x": expression}},
        {"$match": {"$and": [{"$expr": {"$not": expression}}]}},
        {"$facet": {"x": [{"$project": {"a.b": [expression]}}]}},
        {"$group": {"_id": expression}},
        {"$group": {"_id": 1, "x": {"$push": expression}}},
        {"$setWindowFields": {"output": {"x": {"$first": expression}}}},
    ):
        with pytest.raises(ForbiddenOperation):
            pipelines.check([{"$limit": 1}, stage])


@pytest.mark.parametrize(
    "stage",
    [
        {"$match": {"0.0.0": 1}}, {"$match": {"a": Regex("a*b")}},
        {"$match": {"$jsonSchema": {"required": ["a"]}}}, {"$redact": "$$KEEP"},
        {"$sort": {"a": 1, "a.b": 1}}, {"$sort": {"0.0.0": 1}},
        {"$facet": {"a": [{"$sort": {"a": 1, "b.0": 1}}]}},
        {"$setWindowFields": {"sortBy": {"a": 1, "a.b": 1}, "output": {"n": {"$sum": 1}}}},
        {"$group": {"_id": 1, "x": {"$top": {"sortBy": {"0.0.0": 1}, "output": "$a"}}}},
    ],
    ids=repr,
)  # fmt: skip
def test_stage_that_may_take_longer_is_refused(stage: Any) -> None:
    with pytest.raises(ForbiddenOperation):
        pipelines.check([stage])


def test_objects_of_many_documents_are_merged() -> None:
    pipelines.check([{"$group": {"_id": "$a", "all": {"$mergeObjects": "$b"}}}])
