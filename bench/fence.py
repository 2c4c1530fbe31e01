"""What the fence of a tenant's collection costs, against operations without it.

Every design has to read the organization's metadata at least, and then use its collection; using the
collection alone is the floor. The ways take turns, so that a noisy machine slows all of them.
"""

import uuid

from pymongo.collection import Collection
from rich.console import Console
from rich.table import Table

from bench.rounds import Operation, medians, running_database, save
from tenantry import tenants
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.runtime import mongodb


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    with running_database():
        owner = NewAccount("owner@bench.example", uuid.uuid4().hex)
        organization_id = creating.create(NewOrganization("Bench", "bench"), owner).organization["_id"]
        figures = {name: medians(name, ways) for name, ways in _operations(organization_id).items()}
    table = Table("Operation", "Way", "Median", "Fenced is slower by")
    for name, ways in figures.items():
        for way, milliseconds in ways.items():
            table.add_row(name, way, f"{milliseconds:.2f} ms", f"{ways['fenced'] / milliseconds:.2f}")
    Console().print(table)
    save("fence", figures)


def _operations(organization_id: str) -> dict[str, dict[str, Operation]]:
    """Return, by operation, the ways to do it."""
    fenced = tenants.TenantCollection(organization_id)

    def of_metadata() -> Collection[mongodb.Document]:
        organization = finding.find(organization_id)
        assert organization is not None  # noqa: S101 - it has just been created
        return clusters.tenant_database("main")[organization["collection"]]

    bare = of_metadata()
    bare.insert_one({"_id": "known"})
    return {
        "insert_one": {
            "fenced": lambda: fenced.insert_one({"text": "hello"}),
            "metadata, then bare": lambda: of_metadata().insert_one({"text": "hello"}),
            "bare": lambda: bare.insert_one({"text": "hello"}),
        },
        "find_one": {
            "fenced": lambda: fenced.find_one({"_id": "known"}),
            "metadata, then bare": lambda: of_metadata().find_one({"_id": "known"}),
            "bare": lambda: bare.find_one({"_id": "known"}),
        },
    }


if __name__ == "__main__":
    main()
