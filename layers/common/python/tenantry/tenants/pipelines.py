"""The aggregation stages that stay within one tenant's documents and run no JavaScript."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bson import DBRef

from tenantry.tenants.filters import ForbiddenOperation

STAGES: Final = frozenset({
    "$addFields", "$bucket", "$bucketAuto", "$count", "$densify", "$facet", "$fill", "$group", "$limit",
    "$match", "$project", "$redact", "$replaceRoot", "$replaceWith", "$sample", "$set", "$setWindowFields",
    "$skip", "$sort", "$sortByCount", "$unset", "$unwind",
})  # fmt: skip
"""https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/"""

JAVASCRIPT: Final = frozenset({"$accumulator", "$function", "$where"})


OF_COLLECTION: Final = frozenset({"$meta", "$text"})
"""What depends on the collection beyond its documents, but for the sort key of a document."""


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
    """
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
            check(facet)


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names of all fields and operators, however deep, and what they hold; but of no literal.

    What stands in `{$literal: ...}` is data wherever the server takes that: it evaluates none of it, and
    takes neither a stage nor a field of this name.
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
