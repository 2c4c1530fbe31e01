"""JSON that means one thing to every parser (RFC 8259, stricter where it leaves the meaning open)."""

import json
import re
from collections.abc import Callable
from typing import Any, Final, Never

from tenantry.errors import MalformedRequest

BYTE_ORDER_MARK: Final = "\ufeff"
_ESCAPES: Final = re.compile(rb"\\.", re.DOTALL)
_STRINGS: Final = re.compile(rb'"[^"]*"')
_CONTAINERS: Final = {dict, list}  # types of parsed values that hold others


def loads(text: str | bytes, *, max_depth: int, check: Callable[[Any], None] = lambda _: None) -> Any:
    """Parse JSON text.

    Parsers disagree about duplicate names, NaN and lone surrogates, so none of them gets through.

    Parameters
    ----------
    text : str or bytes
        The JSON text; bytes are UTF-8.
    max_depth : int
        How many objects and arrays may stand inside each other.
    check : callable
        Raises something of its own about the value, before all that is in it is looked at.

    Raises
    ------
    MalformedRequest
        The text is something else; the detail says where or why, and repeats nothing of it.
    """
    try:
        parsed = json.loads(_decoded(text), object_pairs_hook=_unique, parse_constant=_refuse_constant)
        check(parsed)
        json.dumps(parsed, ensure_ascii=False).encode()  # fails on lone surrogates
    except UnicodeError:
        raise MalformedRequest("The JSON is not text in UTF-8, or holds a lone surrogate.") from None
    except RecursionError:
        raise MalformedRequest("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise MalformedRequest(f"The JSON is not valid: {_reason(error)}.") from None
    if _is_deeper(parsed, max_depth):
        raise MalformedRequest("The JSON is nested too deeply.")
    return parsed


def count_values(octets: bytes) -> int:
    """Return an upper bound of how many values JSON text has, much faster than by parsing it.

    It counts the characters that precede a value. If the text is not JSON, the number means nothing.
    """
    structure = _STRINGS.sub(b"", _ESCAPES.sub(b"", octets))
    return 1 + sum(map(structure.count, (b",", b"[", b"{")))


def _decoded(text: str | bytes) -> str:
    decoded = text.decode() if isinstance(text, bytes) else text
    if decoded.startswith(BYTE_ORDER_MARK):  # which no sender may add (RFC 8259 section 8.1)
        raise ValueError("it begins with a byte order mark, which must be left out")
    return decoded


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has two members of the same name")
    return members


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} column {error.colno}"
    return str(error) if "digits" not in str(error) else "a number has too many digits"


def _is_deeper(value: Any, levels: int) -> bool:
    if type(value) not in _CONTAINERS:
        return False
    children = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(
        _is_deeper(child, levels - 1) for child in children if type(child) in _CONTAINERS
    )
