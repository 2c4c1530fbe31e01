"""The unique indexes that uniqueness rests on."""

from collections.abc import Iterator, Sequence
from typing import Final

from cli.connection import Databases, Document
from cli.violation import Violation

Index = tuple[str, tuple[str, ...]]  # collection and fields

UNIQUE: Final[tuple[Index, ...]] = (
    ("organizations", ("slugs",)),
    ("organizations", ("collection",)),
    ("accounts", ("email",)),
    ("members", ("organization_id", "account_id")),
)


class UniqueIndexes:
    """All indexes of the master database that have to be unique."""

    name = "indexes"

    def __init__(self, databases: Databases) -> None:
        self._master = databases.master

    def count(self) -> int:
        """Return how many there are."""
        return len(UNIQUE)

    def keys(self) -> Iterator[Index]:
        """Yield collections and fields."""
        yield from UNIQUE

    def examine(self, keys: Sequence[Index]) -> list[Violation]:
        """Return those of these indexes that are missing; a collection without documents needs none."""
        return [
            Violation(
                "unique-index",
                f"{collection} has no unique index on {', '.join(fields)}",
                key=(collection, fields),
            )
            for collection, fields in keys
            if self._master[collection].find_one({}, {"_id": 1}) and not self._exists(collection, fields)
        ]

    def _exists(self, collection: str, fields: tuple[str, ...]) -> bool:
        return any(_is_unique_on(index, fields) for index in self._master[collection].list_indexes())


def _is_unique_on(index: Document, fields: tuple[str, ...]) -> bool:
    """Tell whether an index forbids two documents to be equal in these fields, whatever else they hold."""
    restricted = any(option in index for option in ("partialFilterExpression", "sparse", "collation"))
    return tuple(index["key"]) == fields and index.get("unique") is True and not restricted
