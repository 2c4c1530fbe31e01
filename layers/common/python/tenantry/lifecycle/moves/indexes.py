"""The indexes of both ends of a move, which are to be the same."""

from typing import Any, Final, NamedTuple

from pymongo import IndexModel

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.moves.records import Side, place_at
from tenantry.registry import clusters
from tenantry.runtime.mongodb import Document
from tenantry.storage.indexes import CollectionIndexes
from tenantry.storage.pooled.indexes import PooledIndexes

_OF_ID: Final = "_id_"
_OF_THE_SERVER: Final = frozenset({"v", "ns"})


class Difference(NamedTuple):
    """What the target lacks, and names of what it has too much."""

    missing: list[Document]
    superfluous: list[str]


def difference(source: Side, target: Side, organization_id: str) -> Difference:
    """Compare the indexes of both ends."""
    wanted, present = (_found(side, organization_id) for side in (source, target))
    return Difference(
        missing=[index for name, index in wanted.items() if present.get(name) != index],
        superfluous=[name for name, index in present.items() if wanted.get(name) != index],
    )


def make_equal(source: Side, target: Side, organization_id: str) -> None:
    """Give the target the indexes of the source, and no others.

    Raises
    ------
    TooManyIndexes
        The target is a pool that has as many as a collection may have.
    pymongo.errors.DuplicateKeyError
        The target's documents are not those of the source yet; try again.
    """
    missing, superfluous = difference(source, target, organization_id)
    indexes = _indexes(target, organization_id)
    for name in superfluous:
        indexes.drop(name)
    for index in missing:
        options: dict[str, Any] = {name: value for name, value in index.items() if name != "key"}
        indexes.create(IndexModel(index["key"], **options))


def _indexes(side: Side, organization_id: str) -> CollectionIndexes | PooledIndexes:
    if side["kind"] == "pooled":
        return _of_pool(side, organization_id)
    if side["uuid"] is None:
        raise ServiceUnavailable
    return CollectionIndexes(place_at(side), side["uuid"])


def _found(side: Side, organization_id: str) -> dict[str, Document]:
    if side["kind"] == "pooled":
        listed = _of_pool(side, organization_id).find()
    else:
        collection = clusters.tenant_database(side["cluster"])[side["collection"]]
        listed = [dict(index) for index in collection.list_indexes()]
    return {
        # The order of the keys counts, and dictionaries do not compare it.
        index["name"]: {field: value for field, value in index.items() if field not in _OF_THE_SERVER}
        | {"key": list(index["key"].items())}
        for index in listed
        if index["name"] != _OF_ID
    }


def _of_pool(side: Side, organization_id: str) -> PooledIndexes:
    pool = clusters.tenant_database(side["cluster"])[side["collection"]]
    return PooledIndexes(pool, organization_id)
