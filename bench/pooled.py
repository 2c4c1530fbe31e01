"""What a pool costs an organization, against a collection of its own.

The pool holds a hundred times as many documents of other organizations. These then get as many indexes as the
server allows, because it looks at each of them with every write. All is measured behind the fence, in turn.
"""

import uuid
from typing import Final

from pymongo import IndexModel
from pymongo.collection import Collection
from rich.console import Console
from rich.table import Table

from bench.rounds import Operation, medians, running_database, save
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Kind
from tenantry.runtime import mongodb
from tenantry.storage import pools
from tenantry.storage.pooled.documents import PooledDocuments
from tenantry.storage.pooled.indexes import MAX_INDEXES_OF_COLLECTION
from tenantry.tenants import TenantCollection

LISTED: Final = 100
NEIGHBOURS: Final = 100
NOTE: Final = {"text": "hello " * 20, "tags": ["one", "two"], "count": 7}


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    with running_database():
        clusters.register(clusters.MAIN)
        pools.create(clusters.MAIN, "pool")
        pool = clusters.tenant_database(clusters.MAIN)["pool"]
        for number in range(NEIGHBOURS):
            PooledDocuments(pool, _neighbour(number)).insert_many(_notes())
        operations = _operations(_tenant("collection"), _tenant("pooled"))
        figures = {name: medians(name, ways) for name, ways in operations.items()}
        _fill_with_indexes(pool)
        for name, ways in operations.items():
            figures[f"{name}, 64 indexes in the pool"] = medians(name, ways)
    table = Table("Operation", "Collection of its own", "In a pool", "Ratio")
    for name, milliseconds in figures.items():
        alone, pooled = milliseconds["collection"], milliseconds["pooled"]
        table.add_row(name, f"{alone:.2f} ms", f"{pooled:.2f} ms", f"{pooled / alone:.2f}")
    Console().print(table)
    save("pooled", figures)


def _neighbour(number: int) -> str:
    return f"org_{number:032}"


def _notes() -> list[mongodb.Document]:
    return [{"_id": f"known-{number:03}", **NOTE} for number in range(LISTED)]


def _tenant(kind: Kind) -> TenantCollection:
    owner = NewAccount(f"{kind}@bench.example", uuid.uuid4().hex)
    created = creating.create(NewOrganization(kind, kind, kind=kind), owner)
    tenant = TenantCollection(created.organization["_id"])
    tenant.insert_many(_notes())
    return tenant


def _operations(alone: TenantCollection, pooled: TenantCollection) -> dict[str, dict[str, Operation]]:
    """Return, by operation, how it is done in each kind of place."""
    return {
        "point read": {
            "collection": lambda: alone.find_one({"_id": "known-050"}),
            "pooled": lambda: pooled.find_one({"_id": "known-050"}),
        },
        "insert": {
            "collection": lambda: alone.insert_one(dict(NOTE)),
            "pooled": lambda: pooled.insert_one(dict(NOTE)),
        },
        f"list of {LISTED}": {
            "collection": lambda: alone.find({}, limit=LISTED),
            "pooled": lambda: pooled.find({}, limit=LISTED),
        },
    }


def _fill_with_indexes(pool: Collection[mongodb.Document]) -> None:
    """Create as many indexes of neighbours as there is room for."""
    room = MAX_INDEXES_OF_COLLECTION - len(list(pool.list_indexes()))
    pool.create_indexes(
        [
            IndexModel(
                [("_id.tenant", 1), (f"count{number}", 1)],
                partialFilterExpression={"_id.tenant": _neighbour(number)},
            )
            for number in range(room)
        ]
    )


if __name__ == "__main__":
    main()
