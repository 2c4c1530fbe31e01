"""Hypothesis strategies for BSON values as pymongo reads them, and how to compare them exactly."""

import math
from typing import Any

import bson
from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)
from hypothesis import strategies as st

from tenantry.language.extended_json import CODEC_OPTIONS

INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)
UINT32 = st.integers(0, 2**32 - 1)
MILLISECONDS = INT64 | st.integers(-(10**14), 10**15) | st.integers(-(10**4), 10**4)
FLOATS = st.floats(allow_nan=False) | st.just(math.nan)  # whose sign and payload mean nothing

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0.$"), min_size=1, max_size=3)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=5)
PATTERNS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
DATES = MILLISECONDS.map(lambda number: DatetimeMS(number).as_datetime(CODEC_OPTIONS))
DECIMALS = st.from_regex(r"-?[0-9]{1,33}\.[0-9](E[+-]?[0-9]{1,3})?", fullmatch=True) | st.sampled_from(
    ["NaN", "Infinity", "-Infinity", "-0", "0E-6176", "1E+6144", "1.10", "9" * 34]
)
NUMBERS = INT32 | INT64 | INT64.map(Int64) | INT32.map(Int64) | FLOATS | DECIMALS.map(Decimal128)
BINARIES = (
    st.binary(max_size=5)
    | st.builds(Binary, st.binary(max_size=5), st.sampled_from([2, 3, 5, 6, 128, 255]))
    | st.builds(Binary, st.binary(min_size=16, max_size=16), st.just(3))
    | st.uuids()
)
REGEXES = st.builds(Regex, PATTERNS, st.sets(st.sampled_from("ilmsux")).map("".join))
OBJECT_IDS = st.binary(min_size=12, max_size=12).map(ObjectId)
SCALARS = (
    st.none()
    | st.booleans()
    | NUMBERS
    | TEXTS
    | DATES
    | BINARIES
    | OBJECT_IDS
    | st.builds(Timestamp, UINT32, UINT32)
    | st.sampled_from([MinKey(), MaxKey()])
)
"""Values of every type but regular expressions, code and references."""


def values(leaves: st.SearchStrategy[Any] = SCALARS) -> st.SearchStrategy[Any]:
    """Return a strategy for values with `leaves` in arrays and documents."""
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=6,
    )


CODES = st.builds(Code, TEXTS, st.none() | st.dictionaries(NAMES, SCALARS, max_size=2))
REFERENCES = st.builds(DBRef, TEXTS, values(), st.none() | TEXTS)
VALUES = values(SCALARS | REGEXES | CODES | REFERENCES)


def exactly(value: Any) -> bytes:
    """Return a value that is equal for two values only if their types are, too; NaN equals NaN."""
    return bson.encode({"": value}, codec_options=CODEC_OPTIONS)


def stored(value: Any) -> Any:
    """Return the value as pymongo reads it from the server."""
    return bson.decode(bson.encode({"": value}, codec_options=CODEC_OPTIONS), CODEC_OPTIONS)[""]
