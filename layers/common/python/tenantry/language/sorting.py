"""The order of documents."""

import re
from typing import Final, Literal

from tenantry.errors import InvalidFields
from tenantry.language import field_paths

MAX_FIELDS: Final = 4

_OTHER_SPELLING: Final = re.compile(
    r"""[+ {\[("'].*|.*[: ](asc|desc|ascending|descending|-?1)""", re.DOTALL | re.IGNORECASE
)

Sort = list[tuple[str, Literal[1, -1]]]


def parse(text: str | None) -> Sort:
    """Return the order that the parameter `sort` asks for.

    Parameters
    ----------
    text : str or None
        Paths of fields separated by commas, each with a minus sign before it for descending order, as in
        ``-age,name``.

    Returns
    -------
    list of tuple of str and {1, -1}
        The same up to `_id`, behind which no field matters. If `_id` is missing it comes last, in the
        direction of the field before, so that one index on both serves ascending and descending order.

    Raises
    ------
    InvalidFields
        The field is ``sort``.
    """
    sort = [_direction(part) for part in text.split(",")] if text is not None else []
    paths = [path for path, _ in sort]
    if len(sort) > MAX_FIELDS or len(set(paths)) < len(paths):
        raise InvalidFields.of("sort", f"must be at most {MAX_FIELDS} different fields")
    for path in paths:
        check_spelling(path, "sort")
        field_paths.check(path, "sort")
    if (refusal := field_paths.refusal_of_key(paths)) is not None:
        raise InvalidFields.of("sort", refusal)
    return sort[: paths.index("_id") + 1] if "_id" in paths else [*sort, ("_id", sort[-1][1] if sort else 1)]


def check_spelling(path: str, field: str) -> None:
    """Refuse what other APIs mean something by; as the name of a field it would silently do nothing.

    Parameters
    ----------
    path : str
        What the client calls a path, such as ``+age``, in a URL perhaps `` age``, or ``age:desc``.
    field : str
        Where it stands in the request.

    Raises
    ------
    InvalidFields
    """
    if _OTHER_SPELLING.fullmatch(path):
        raise InvalidFields.of(field, "must be names of fields as in -age,name, without quotes, + or :desc")


def _direction(part: str) -> tuple[str, Literal[1, -1]]:
    return (part[1:], -1) if part.startswith("-") else (part, 1)
