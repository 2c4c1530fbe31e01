"""Running pipelines on a tenant's documents, up to so many bytes of results."""

from collections.abc import Mapping, Sequence
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from tenantry.runtime.mongodb import Document
from tenantry.storage.tenant_storage import TenantDocuments


def results(
    collection: TenantDocuments, pipeline: Sequence[Mapping[str, Any]], max_bytes: int | None
) -> list[Document]:
    """Return what a pipeline results in, up to the result that exceeds so many bytes of BSON in all."""
    if max_bytes is None:
        return list(collection.aggregate(pipeline))
    documents, size = [], 0
    codec_options = collection.codec_options
    raw: Any = collection.with_options(codec_options.with_options(document_class=RawBSONDocument))
    with raw.aggregate(pipeline) as cursor:
        for result in cursor:
            documents.append(bson.decode(result.raw, codec_options))
            size += len(result.raw)
            if size > max_bytes:
                break
    return documents
