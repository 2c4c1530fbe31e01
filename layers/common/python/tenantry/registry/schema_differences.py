"""How the indexes and views of the master database differ from those of `schema`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tenantry.registry.schema import INDEXES, VIEWS
from tenantry.runtime import mongodb
from tenantry.runtime.mongodb import Document

# What says which documents an index holds and which it refuses; others, such as its version, do not matter.
_OPTIONS: Final = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression", "collation")


@dataclass(slots=True)
class Differences:
    """Names of indexes, as in `organizations.slugs`, and of views.

    Parameters
    ----------
    missing : list of str
        They are not there.
    different : list of str
        They are there under this name and have another definition.
    """

    missing: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.different)


def find() -> Differences:
    """Return how the master database differs; a round trip for each of its collections.

    Raises
    ------
    pymongo.errors.PyMongoError
        Nothing is known: the server gives no answer, or the user may not list indexes and collections.
    """
    differences = Differences()
    for collection, indexes in INDEXES.items():
        present = {index["name"]: index for index in mongodb.collection(collection).list_indexes()}
        for index in indexes:
            expected = index.document
            name, stored = f"{collection}.{expected['name']}", present.get(expected["name"])
            _compare(name, _index(expected), stored and _index(stored), differences)
    views = dict(_views())
    for name, view in VIEWS.items():
        _compare(name, view, views.get(name), differences)
    return differences


def _compare(name: str, expected: object, stored: object, differences: Differences) -> None:
    if stored is None:
        differences.missing.append(name)
    elif stored != expected:
        differences.different.append(name)


def _index(description: Mapping[str, Any]) -> tuple[list[tuple[str, Any]], Document]:
    """Return keys, whose order matters, and options; false is the same as left out."""
    options = {name: description[name] for name in _OPTIONS if description.get(name, False) is not False}
    return list(description["key"].items()), options


def _views() -> Iterator[tuple[str, Document]]:
    listed = mongodb.master().list_collections(filter={"name": {"$in": [*VIEWS]}, "type": "view"})
    for view in listed:
        yield view["name"], {name: view["options"].get(name) for name in ("viewOn", "pipeline")}
