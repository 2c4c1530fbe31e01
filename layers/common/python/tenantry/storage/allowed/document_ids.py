"""Names within an `_id` that one way of storing it refuses and another one takes.

An insertion refuses names with `$`, but those of a reference. Later releases than MongoDB 6.0.5 let an upsert
store them below the top of an `_id`, which is where a pool keeps a tenant's id. What was stored so could not
be inserted elsewhere, as a move and a restore do. docs/mongodb.md lists what differs by version.
"""

from collections.abc import Mapping
from typing import Any, Final

from bson import DBRef

_OF_REFERENCE: Final = {"$ref": str, "$id": object, "$db": str}
"""In this order, see https://www.mongodb.com/docs/manual/reference/database-references/"""


def is_refused(value: Any) -> bool:
    """Tell whether a value holds a name with `$` that is not of a reference, at any depth."""
    if isinstance(value, DBRef):
        value = value.as_doc()
    if isinstance(value, Mapping):
        named = {name: member for name, member in value.items() if str(name).startswith("$")}
        return not _is_of_reference(value, named) or any(map(is_refused, value.values()))
    return isinstance(value, list | tuple) and any(map(is_refused, value))


def _is_of_reference(value: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Tell whether names with `$` are those with which a reference begins, or none."""
    names = list(named)
    if len(names) == 1 or not names == list(value)[: len(names)] == list(_OF_REFERENCE)[: len(names)]:
        return False
    return all(isinstance(member, _OF_REFERENCE[name]) for name, member in named.items())
