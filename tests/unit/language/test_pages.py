from typing import Any

from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from tenantry.language import sorting
from tenantry.language.pages import pipeline
from tests.support.bson_values import VALUES, exactly

SORT = sorting.parse("-age,name")
QUERY = {"age": {"$gt": 1}}
AFTER: list[list[Any]] = [[5], ["a"], [ObjectId(b"\0" * 12)]]


def comparison(after: list[list[Any]]) -> Any:
    """Return the condition that is met strictly behind a sort key."""
    stages = pipeline(QUERY, SORT, None, 10, after)
    (condition,) = [stage["$set"]["is_behind"] for stage in stages if "$set" in stage]
    return condition


def test_a_page_has_its_limit_and_begins_behind_a_sort_key() -> None:
    assert pipeline(QUERY, SORT, None, 10, AFTER) != pipeline(QUERY, SORT, None, 10, None)
    assert {"$limit": 3} in pipeline(QUERY, SORT, {"_id": 1, "name": 1}, 3, AFTER)


@given(st.lists(VALUES, min_size=3, max_size=3))
def test_values_are_compared_exactly_and_as_literals(values: list[Any]) -> None:
    after = [[value] for value in values]
    last = comparison(after)["$or"][-1]["$and"]
    assert [list(literal) for condition in last for _, literal in condition.values()] == [["$literal"]] * 3
    compared = [literal["$literal"] for condition in last for _, literal in condition.values()]
    assert exactly(compared) == exactly(after)


def test_directions_decide_what_is_behind() -> None:
    operators = [
        [name for condition in branch["$and"] for name in condition] for branch in comparison(AFTER)["$or"]
    ]
    assert operators == [["$lt"], ["$eq", "$gt"], ["$eq", "$eq", "$gt"]]
