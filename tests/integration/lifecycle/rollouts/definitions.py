"""Roll-outs of the tests, how they are worked on, and what a collection has then."""

import json
from typing import Any

from tenantry.lifecycle.rollouts import operations
from tenantry.lifecycle.rollouts.progress import Progress
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry.rollouts import Definition, RolledOutValidator, Selection
from tenantry.tenants import TenantCollection
from tests.support.databases import Databases, Document

EVERYBODY: Selection = {"ids": None, "kind": None, "cluster": None, "plan": None, "prefix": None}
REQUIRES_KIND: RolledOutValidator = {
    "rule": json.dumps({"$jsonSchema": {"required": ["kind"]}}),
    "level": "strict",
    "action": "error",
}
MEANS = Means(lambda: True, 60, lambda *_: None)


def definition(*indexes: str, **fields: Any) -> Definition:
    """Return a roll-out that makes an index on each of some fields, named after the field."""
    made = [
        {"name": f"by-{field}", "keys": [(field, 1)], "unique": False, "partial": False} for field in indexes
    ]
    plain: dict[str, Any] = {
        "indexes": made,
        "validator": None,
        "function": None,
        "organizations": EVERYBODY,
        "canary": None,
        "parallel": 2,
        "max_failures": 10,
    }
    return plain | fields  # type: ignore[return-value]


def roll_out(name: str, wanted: Definition, means: Means = MEANS) -> Progress:
    """Begin a roll-out and work on it until it is finished or pauses."""
    operations.begin(name, wanted)
    return operations.apply(name, means)


def undo(name: str, means: Means = MEANS) -> Progress:
    """Undo a roll-out."""
    operations.begin_undoing(name)
    return operations.undo(name, means)


def names(collection: TenantCollection) -> list[str]:
    """Return the names of a collection's indexes."""
    return [index["name"] for index in collection.list_indexes()]


def options(databases: Databases, name: str) -> Document:
    """Return the options of a tenant's collection."""
    return dict(databases.tenants[name].options())
