from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import bson
import pytest

from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.tenants.aggregation import results

STORED = [{"_id": number, "text": "x" * (number % 7)} for number in range(30)]
SIZES = list(accumulate(len(bson.encode(document)) for document in STORED))


class Batches:
    """A collection whose results arrive in batches of so many documents."""

    codec_options = CODEC_OPTIONS

    def __init__(self, length: int) -> None:
        self._length = length

    @contextmanager
    def aggregate_raw_batches(self, _: Any) -> Iterator[Iterator[bytes]]:
        encoded = [bson.encode(document) for document in STORED]
        yield (b"".join(encoded[at : at + self._length]) for at in range(0, len(encoded), self._length))


@pytest.mark.parametrize("length", [1, 7, 30])
def test_results_end_with_the_one_that_exceeds_the_bytes(length: int) -> None:
    collection: Any = Batches(length)
    for index, size in enumerate(SIZES):
        assert results(collection, [], max_bytes=size - 1) == STORED[: index + 1]
        assert results(collection, [], max_bytes=size) == STORED[: index + 2]
