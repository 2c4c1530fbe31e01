from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.tenants.aggregation import results

STORED = [{"_id": number, "text": "x" * (number % 7)} for number in range(30)]
SIZES = list(accumulate(len(bson.encode(document)) for document in STORED))


class Results:
    """A collection whose results are not decoded."""

    codec_options = CODEC_OPTIONS

    def with_options(self, _: Any) -> "Results":
        return self

    @contextmanager
    def aggregate(self, *_: Any, **__: Any) -> Iterator[Iterator[RawBSONDocument]]:
        yield (RawBSONDocument(bson.encode(document)) for document in STORED)


def test_results_end_with_the_one_that_exceeds_the_bytes() -> None:
    collection: Any = Results()
    for index, size in enumerate(SIZES):
        assert results(collection, [], max_bytes=size - 1) == STORED[: index + 1]
        assert results(collection, [], max_bytes=size) == STORED[: index + 2]
