"""Between parsed JSON, BSON values and Extended JSON text."""

from typing import Any, Final

from tenantry.errors import InvalidFields
from tenantry.language.extended_json.wrappers import WRAPPERS, check_number
from tenantry.language.extended_json.writing import CANONICAL, RELAXED
from tenantry.language.field_paths import joined

_SAME_IN_JSON: Final = {str, bool, type(None)}  # types of values that are in BSON what they are in JSON


def decode(parsed: Any, path: str = "") -> Any:
    """Turn parsed JSON into BSON values.

    Parameters
    ----------
    parsed
        What `strict_json.loads` returned.
    path : str, optional
        Name of the value in errors, such as ``filter``.

    Returns
    -------
    Any
        The same value with the Python classes of BSON types in it. `bson.encode` can encode whatever is
        returned, unless the name of a field holds a NUL character.

    Raises
    ------
    InvalidFields
        A type wrapper is malformed, or a number is beyond BSON's types; the field is the key's path.

    Examples
    --------
    >>> decode({"born": {"$date": "1815-12-10T00:00:00Z"}})
    {'born': datetime.datetime(1815, 12, 10, 0, 0, tzinfo=datetime.timezone.utc)}
    """
    if isinstance(parsed, dict):
        members = {
            name: value if type(value) in _SAME_IN_JSON else decode(value, joined(path, name))
            for name, value in parsed.items()
        }
        return _typed(members, path)
    if isinstance(parsed, list):
        return [
            item if type(item) in _SAME_IN_JSON else decode(item, joined(path, index))
            for index, item in enumerate(parsed)
        ]
    try:
        return check_number(parsed) if isinstance(parsed, int | float) else parsed
    except ValueError as error:
        raise InvalidFields.of(path, str(error)) from None


def encode(document: Any, *, canonical: bool) -> str:
    """Write BSON values as Extended JSON text.

    Parameters
    ----------
    document
        A document or value as pymongo reads it.
    canonical : bool
        Whether to keep the types of all numbers and dates; the relaxed format is easier to read, and
        writes them as JSON numbers and ISO 8601 text where their values allow it.

    Returns
    -------
    str
        Text that every route takes back as it is, for U+FFFD is escaped.
    """
    text = (CANONICAL if canonical else RELAXED).write(document)
    return text.replace("\ufffd", "\\ufffd")  # which gateways make of octets that are not UTF-8


def _typed(members: dict[str, Any], path: str) -> Any:
    wrapper = next((name for name in members if name in WRAPPERS), None)
    if wrapper is None:
        return members
    try:
        return WRAPPERS[wrapper](members)
    except (TypeError, ValueError) as error:
        raise InvalidFields.of(joined(path, wrapper), str(error)) from None
