"""The indexes of both ends of a move, and what validates their documents, which are to be the same."""

from typing import Any, Final, NamedTuple

from pymongo import IndexModel

from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.moves.records import MoveDocument, open_side, place_at
from tenantry.runtime.mongodb import Document
from tenantry.storage import collections, information, validation
from tenantry.storage.tenant_storage import TenantStorage

_OF_ID: Final = "_id_"
_OF_THE_SERVER: Final = frozenset({"v", "ns"})


class Difference(NamedTuple):
    """Indexes that the target lacks, and names of those that only the target has."""

    missing: list[Document]
    superfluous: list[str]


def difference(move: MoveDocument) -> Difference:
    """Compare the indexes of both ends."""
    wanted, present = (_by_name(open_side(move[end], move["_id"])) for end in ("source", "target"))
    return Difference(
        missing=[index for name, index in wanted.items() if present.get(name) != index],
        superfluous=[name for name, index in present.items() if wanted.get(name) != index],
    )


def make_equal(move: MoveDocument) -> None:
    """Give the target the indexes of the source, and no others.

    Raises
    ------
    ServiceUnavailable
        The identity of the target's collection is not known; try again.
    TooManyIndexes
        The target is a pool that has as many indexes as a collection may have.
    pymongo.errors.DuplicateKeyError
        The target's documents are not those of the source yet; try again.
    """
    missing, superfluous = difference(move)
    indexes = open_side(move["target"], move["_id"]).indexes
    for name in superfluous:
        indexes.drop(name)
    for index in missing:
        options: dict[str, Any] = {name: value for name, value in index.items() if name != "key"}
        indexes.create(IndexModel(index["key"], **options))


def validate_equally(move: MoveDocument) -> None:
    """Let the target validate documents as the source does; doing it twice changes nothing.

    Copies are stored whatever they are, for they are what the source has stored.

    Raises
    ------
    ServiceUnavailable
        The identity of the target's collection is not known; try again.
    CollectionElsewhere
        The source has another name by now, or is gone; try again.
    """
    source, target = open_side(move["source"], move["_id"]), move["target"]
    if target["kind"] == "pooled":
        return
    if target["uuid"] is None:
        raise ServiceUnavailable
    wanted = validation.of(source.options())
    if wanted != validation.of(information.options(place_at(target))):
        collections.validate(place_at(target), target["uuid"], wanted)


def _by_name(storage: TenantStorage) -> dict[str, Document]:
    return {
        # The order of a key's fields counts, but comparing dictionaries ignores it.
        index["name"]: {field: value for field, value in index.items() if field not in _OF_THE_SERVER}
        | {"key": list(index["key"].items())}
        for index in storage.documents.list_indexes()
        if index["name"] != _OF_ID
    }
