"""A part of an index on organizations: between two keys, in one direction."""

from typing import Any, Final, Literal, NamedTuple

from pymongo.collection import Collection

from tenantry.language.sorting import Sort
from tenantry.registry.organizations.document import organizations
from tenantry.runtime.mongodb import Document

EXAMINED_AT_ONCE: Final = 10_000  # which takes less than 0.1 s if none is what is looked for


class Key(NamedTuple):
    """Where an organization stands in an index on a field and `_id`.

    Parameters
    ----------
    value : str, datetime or None
        Of the field; None where it is missing.
    id : str
        Of the organization; empty for the place before all that have the value.
    """

    value: Any
    id: str

    @property
    def rank(self) -> tuple[bool, Any, str]:
        """What compares with other ranks as the index compares keys: a missing value is less than others."""
        return (self.value is not None, self.value, self.id)

    @property
    def successor(self) -> "Key":
        """The least key that is greater."""
        return self._replace(id=self.id + "\0")


class IndexScan:
    """A part of an index on organizations, which is the whole index at first.

    The ends are the server's own bounds of an index (`min` and `max`), for a comparison of two fields at once
    has no operator: https://www.mongodb.com/docs/manual/reference/method/cursor.min/

    Parameters
    ----------
    index : str
        The name of an index on a field and `_id`.
    field : str
        Which field.
    direction : {1, -1}
        Forwards or backwards.
    """

    def __init__(self, index: str, field: str, direction: Literal[1, -1]) -> None:
        self._index, self._field, self._direction = index, field, direction
        self._least: Key | None = None
        self._bound: Key | None = None  # which is greater than all
        self._stored: Collection[Any] = organizations()

    @property
    def sort(self) -> Sort:
        """The order in which organizations are found."""
        return [(self._field, self._direction), ("_id", self._direction)]

    def key_of(self, document: Document) -> Key:
        """Return the key of an organization."""
        return Key(document.get(self._field), document["_id"])

    def restrict(self, least: Key | None, bound: Key | None) -> None:
        """Leave out the keys that are less than one, and those that are not less than another."""
        self._least = max(filter(None, (self._least, least)), key=lambda key: key.rank, default=None)
        self._bound = min(filter(None, (self._bound, bound)), key=lambda key: key.rank, default=None)

    def begin_behind(self, key: Key) -> None:
        """Leave out, in the scan's direction, all up to a key."""
        if self._direction > 0:
            self.restrict(key.successor, None)
        else:
            self.restrict(None, key)

    def end_with(self, key: Key) -> None:
        """Leave out, in the scan's direction, all behind a key."""
        if self._direction > 0:
            self.restrict(None, key.successor)
        else:
            self.restrict(key, None)

    def find(self, query: Document, fields: Document, limit: int, skip: int = 0) -> list[Document]:
        """Return the first organizations that match, with these fields."""
        if self._least and self._bound and self._least.rank >= self._bound.rank:
            return []  # the server refuses to look there
        found = self._stored.find(
            query, fields, sort=self.sort, limit=limit, skip=skip, hint=self._index, batch_size=limit
        )
        if self._least is not None:
            found.min(self._spelled(self._least))
        if self._bound is not None:
            found.max(self._spelled(self._bound))
        return list(found)

    def last_to_examine(self) -> Key | None:
        """Return the key number `EXAMINED_AT_ONCE`; None if there are fewer."""
        nothing_else = {self._field: 1}  # so that the index alone is read
        last = self.find({}, nothing_else, limit=1, skip=EXAMINED_AT_ONCE - 1)
        return self.key_of(last[0]) if last else None

    def _spelled(self, key: Key) -> list[tuple[str, Any]]:
        return [(self._field, key.value), ("_id", key.id)]
