"""Running pipelines on a tenant's documents, up to so many bytes of results."""

from collections.abc import Mapping, Sequence
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from tenantry.runtime.mongodb import Document
from tenantry.storage.tenant_storage import TenantDocuments


def results(
    mine: TenantDocuments, pipeline: Sequence[Mapping[str, Any]], max_bytes: int | None
) -> list[Document]:
    """Return what a pipeline results in, up to the result that exceeds so many bytes of BSON in all."""
    if max_bytes is None:
        return list(mine.aggregate(pipeline))
    found, size = [], 0
    raw: Any = mine.with_options(mine.codec_options.with_options(document_class=RawBSONDocument))
    with raw.aggregate(pipeline) as cursor:
        for result in cursor:
            found.append(bson.decode(result.raw, mine.codec_options))
            size += len(result.raw)
            if size > max_bytes:
                break
    return found
