"""Running pipelines on a tenant's documents, up to so many bytes of results."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import bson
from bson.raw_bson import RawBSONDocument

from tenantry.runtime.mongodb import Document
from tenantry.storage.tenant_storage import TenantDocuments

# Of the first batch. The server gives 101 by itself, and does not say with them that there are no more, which
# costs a page of 100, for which 101 are asked, a second command.
_FIRST_RESULTS: Final = 102


def results(
    collection: TenantDocuments, pipeline: Sequence[Mapping[str, Any]], max_bytes: int | None
) -> list[Document]:
    """Return what a pipeline results in, up to the result that exceeds so many bytes of BSON in all.

    They are decoded together. Raw batches of the driver's would be decoded without being divided first, but
    take a command more, for it asks for no result with the first.
    """
    if max_bytes is None:
        return list(collection.aggregate(pipeline))
    found: list[bytes] = []
    remaining_bytes = max_bytes
    codec_options = collection.codec_options
    raw: Any = collection.with_options(codec_options.with_options(document_class=RawBSONDocument))
    with raw.aggregate(pipeline, batchSize=_FIRST_RESULTS) as cursor:
        for result in cursor:
            found.append(result.raw)
            remaining_bytes -= len(result.raw)
            if remaining_bytes < 0:
                break
    return bson.decode_all(b"".join(found), codec_options)
