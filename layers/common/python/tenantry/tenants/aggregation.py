"""Running pipelines on a tenant's documents, up to so many bytes of results."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import bson
from bson.raw_bson import RawBSONDocument

from tenantry.runtime.mongodb import Document
from tenantry.storage.tenant_storage import TenantDocuments

# Of the first batch. A page of 100 asks for 101 results. By default the server sends just as many without
# saying that there are no more, so a second command has to ask.
_FIRST_RESULTS: Final = 102


def results(
    collection: TenantDocuments, pipeline: Sequence[Mapping[str, Any]], max_bytes: int | None
) -> list[Document]:
    """Return what a pipeline results in, up to the result that exceeds so many bytes of BSON in all.

    They are decoded together. The driver's raw batches would not have to be joined for that, but take one
    command more, for the first one asks for no results.
    """
    if max_bytes is None:
        return list(collection.aggregate(pipeline))
    encoded: list[bytes] = []
    remaining_bytes = max_bytes
    codec_options = collection.codec_options
    raw: Any = collection.with_options(codec_options.with_options(document_class=RawBSONDocument))
    with raw.aggregate(pipeline, batchSize=_FIRST_RESULTS) as cursor:
        for result in cursor:
            encoded.append(result.raw)
            remaining_bytes -= len(result.raw)
            if remaining_bytes < 0:
                break
    return bson.decode_all(b"".join(encoded), codec_options)
