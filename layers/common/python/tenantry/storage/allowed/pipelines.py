"""The aggregation stages that stay within one tenant's documents, run no JavaScript, and end in time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bson import DBRef

from tenantry.storage.allowed import filters
from tenantry.storage.allowed.expressions import Expressions
from tenantry.storage.allowed.filters import ForbiddenOperation

STAGES: Final = frozenset({
    "$addFields", "$bucket", "$bucketAuto", "$count", "$densify", "$facet", "$fill", "$group", "$limit",
    "$match", "$project", "$replaceRoot", "$replaceWith", "$sample", "$set", "$setWindowFields",
    "$skip", "$sort", "$sortByCount", "$unset", "$unwind",
})  # fmt: skip
"""https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/"""

JAVASCRIPT: Final = frozenset({"$accumulator", "$function", "$where"})

OF_COLLECTION: Final = frozenset({"$meta", "$text"})
"""What depends on more of the collection than its documents; the sort key of a document is allowed."""


_ACCUMULATING: Final = frozenset({"$bucket", "$bucketAuto", "$group", "$setWindowFields"})
_EXPRESSIONS: Final = frozenset({"_id", "groupBy", "partitionBy", "sortBy"})
"""Members of these stages that are no accumulators."""


class ForbiddenStage(ForbiddenOperation):
    """The pipeline could leave its collection or run JavaScript; nothing was sent to the server."""


def check(pipeline: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a pipeline that could read or write anything but the collection that it runs on.

    Parameters
    ----------
    pipeline : list or tuple of mapping
        Stages, as `Collection.aggregate` takes them.

    Raises
    ------
    ForbiddenStage
        A stage, also one within `$facet`, is not in `STAGES`, or an operator is in `JAVASCRIPT` or
        `OF_COLLECTION`; the message names it.
    ForbiddenOperation
        It may take more time for a document than in proportion to its size; see
        `tenantry.storage.allowed.filters` and `tenantry.storage.allowed.expressions`.
    """
    _check_stages(pipeline)
    _check_costs(pipeline, Expressions())


def _check_stages(pipeline: Any) -> None:
    if not isinstance(pipeline, list | tuple) or not all(isinstance(stage, Mapping) for stage in pipeline):
        raise ForbiddenStage("A pipeline is a list of stages")
    for stage in pipeline:
        for name, specification in stage.items():
            _check_stage(name, specification)
        for operator, operand in _fields(stage):
            if operator in JAVASCRIPT:
                raise ForbiddenStage(f"{operator} runs JavaScript on the server")
            if operator in OF_COLLECTION and operand != "sortKey":
                raise ForbiddenStage(f"{operator} asks for more than documents")


def _check_stage(name: str, specification: Any) -> None:
    if name not in STAGES:
        raise ForbiddenStage(f"{name} is not a stage that may run on a tenant's collection")
    if name == "$facet":
        for facet in specification.values() if isinstance(specification, Mapping) else [specification]:
            _check_stages(facet)


def _check_costs(pipeline: Sequence[Mapping[str, Any]], expressions: Expressions) -> None:
    for stage in pipeline:
        for name, specification in stage.items():
            if name == "$match":
                filters.check(specification, expressions.check)
            elif name == "$facet":
                for facet in specification.values():
                    _check_costs(facet, expressions)
            elif name == "$sort":
                filters.check_order(specification)
            else:
                expressions.check(_operands(name, specification))


def _operands(stage: str, specification: Any) -> Any:
    """Return what a stage evaluates for each document.

    An accumulator collects values of many documents, and the server checks its deadline between them, so only
    its operand counts.
    """
    if stage not in _ACCUMULATING or not isinstance(specification, Mapping):
        return specification
    return [
        [*value.values()] if isinstance(value, Mapping) and name not in _EXPRESSIONS else {name: value}
        for name, value in _outputs(specification)
    ]


def _outputs(specification: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in specification.items():
        yield from value.items() if name == "output" and isinstance(value, Mapping) else [(name, value)]


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names of all fields and operators, however deep, and their values, but none within a literal.

    The server evaluates nothing within `{$literal: ...}`, and accepts neither a stage nor a field of this
    name, so what stands there is data.
    """
    if isinstance(value, DBRef):
        value = value.as_doc()
    if isinstance(value, Mapping) and set(value) == {"$literal"}:
        return
    if isinstance(value, Mapping):
        yield from value.items()
    if isinstance(value, Mapping | list | tuple):
        for member in value.values() if isinstance(value, Mapping) else value:
            yield from _fields(member)
