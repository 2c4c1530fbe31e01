"""Running pipelines on a tenant's documents, up to so many bytes of results."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import bson

from tenantry.runtime.mongodb import Document
from tenantry.storage.tenant_storage import TenantDocuments

_LENGTH_BYTES: Final = 4  # in front of each document (https://bsonspec.org/spec.html)


def results(
    collection: TenantDocuments, pipeline: Sequence[Mapping[str, Any]], max_bytes: int | None
) -> list[Document]:
    """Return what a pipeline results in, up to the result that exceeds so many bytes of BSON in all."""
    if max_bytes is None:
        return list(collection.aggregate(pipeline))
    documents: list[Document] = []
    remaining_bytes = max_bytes
    cursor: Any = collection.aggregate_raw_batches(pipeline)
    with cursor as batches:  # of bytes
        for batch in batches:
            end = _end(batch, remaining_bytes)
            documents += bson.decode_all(batch[:end], collection.codec_options)
            remaining_bytes -= end
            if remaining_bytes < 0:
                break
    return documents


def _end(batch: bytes, max_bytes: int) -> int:
    """Return where that document of a batch ends which exceeds so many bytes, or the batch if none does."""
    if len(batch) <= max_bytes:
        return len(batch)
    end = 0
    while end <= max_bytes:
        end += int.from_bytes(batch[end : end + _LENGTH_BYTES], "little")
    return end
