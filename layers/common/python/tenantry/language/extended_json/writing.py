"""BSON values as Extended JSON text, each by the writer of its type.

Values that most documents consist of have writers here, which take a fifth of the time of `bson.json_util`.
That converts all others. A property test compares the two over all types of BSON.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, Final

from bson import DBRef, Int64, ObjectId
from bson.binary import UuidRepresentation
from bson.json_util import JSONMode, JSONOptions, default

FIRST_YEAR_AS_TEXT: Final = 1970  # the relaxed format writes earlier dates as numbers
MILLISECOND: Final = 1000  # microseconds

_UTC: Final = "+00:00"
_JSON_BOOLEANS: Final = {True: "true", False: "false"}


class Writers(dict[type, Callable[[Any], str]]):
    """The writers of all types in one of the two formats.

    Parameters
    ----------
    canonical : bool
        Which one.
    """

    def __init__(self, *, canonical: bool) -> None:
        self._options = JSONOptions(
            json_mode=JSONMode.CANONICAL if canonical else JSONMode.RELAXED,
            uuid_representation=UuidRepresentation.STANDARD,
        )
        super().__init__(
            {
                dict: self._object,
                list: self._array,
                str: encode_basestring,
                bool: _JSON_BOOLEANS.__getitem__,
                type(None): lambda _: "null",
                ObjectId: lambda value: f'{{"$oid":"{value}"}}',
            }
        )
        self.update(_canonical_numbers() if canonical else self._relaxed())

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        return self._converted

    def write(self, value: Any) -> str:
        """Return the text of a value as pymongo reads it with `CODEC_OPTIONS`."""
        return self[type(value)](value)

    def _object(self, members: Mapping[str, Any]) -> str:
        texts = [f"{encode_basestring(name)}:{self[type(value)](value)}" for name, value in members.items()]
        return f"{{{','.join(texts)}}}"

    def _array(self, items: Sequence[Any]) -> str:
        return f"[{','.join([self[type(item)](item) for item in items])}]"

    def _converted(self, value: Any) -> str:
        return json.dumps(_as_json(value, self._options), ensure_ascii=False, separators=(",", ":"))

    def _relaxed(self) -> dict[type, Callable[[Any], str]]:
        def number(value: float) -> str:
            return float.__repr__(value) if math.isfinite(value) else self._converted(value)

        def date(value: datetime) -> str:
            text = value.isoformat(timespec="milliseconds" if value.microsecond >= MILLISECOND else "seconds")
            if value.year < FIRST_YEAR_AS_TEXT or not text.endswith(_UTC):
                return self._converted(value)
            return f'{{"$date":"{text.removesuffix(_UTC)}Z"}}'

        return {int: int.__repr__, Int64: int.__repr__, float: number, datetime: date}


def _canonical_numbers() -> dict[type, Callable[[Any], str]]:
    def integer(value: int) -> str:
        return f'{{"$number{"Int" if -(2**31) <= value < 2**31 else "Long"}":"{value}"}}'

    return {int: integer, Int64: lambda value: f'{{"$numberLong":"{value}"}}'}


def _as_json(value: Any, options: JSONOptions) -> Any:
    if isinstance(value, DBRef):  # json_util stumbles over one with a field `items`
        value = value.as_doc()
    if isinstance(value, Mapping):
        return {name: _as_json(member, options) for name, member in value.items()}
    if isinstance(value, list):
        return [_as_json(item, options) for item in value]
    return default(value, options)


CANONICAL: Final = Writers(canonical=True)
RELAXED: Final = Writers(canonical=False)
