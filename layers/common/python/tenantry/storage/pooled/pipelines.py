"""Pipelines of a tenant, as they are on a pool."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tenantry.runtime.mongodb import Document
from tenantry.storage.pooled import filters
from tenantry.storage.pooled.ids import TENANT

_OWN_IDS: Final = {"$set": {"_id": "$_id.id"}}
"""Behind this stage documents are as the tenant knows them."""


def in_pool(tenant: str, pipeline: Sequence[Mapping[str, Any]]) -> list[Document]:
    """Return a pipeline that gives the same, of the tenant's documents alone.

    Indexes serve only what stands before documents change. So the stages at the beginning that find and sort
    documents stay there, with the paths that fields have in a pool.
    """
    finding: list[Document] = []
    for stage in pipeline:
        try:
            finding.append(_translated(stage))
        except filters.NotTranslatable:
            break
    remaining = [dict(stage) for stage in pipeline[len(finding) :]]
    return [{"$match": {TENANT: tenant}}, *finding, _OWN_IDS, *remaining]


def _translated(stage: Mapping[str, Any]) -> Document:
    match list(stage.items()):
        case [("$match", Mapping() as query)]:
            return {"$match": filters.translated(query)}
        case [("$sort", Mapping() as order)]:
            return {"$sort": dict(filters.sort(list(order.items())))}
        case [("$limit" | "$skip", _)]:
            return dict(stage)
    raise filters.NotTranslatable
