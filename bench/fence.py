"""What the fence of a tenant's collection costs, against operations that do without it.

Reading the organization's metadata and then using its collection is the least that any design does; using
the collection alone is the floor. All are measured in turn, so that a noisy machine slows all of them.
"""

import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pymongo.collection import Collection
from rich.console import Console
from rich.table import Table

from local.mongod import mongod_binary, running_mongod
from local.processes import free_port
from tenantry import database, lifecycle, organizations, tenants
from tenantry.schemas import CreateOrganization
from tenantry.tenants import ddl

ROUNDS: Final = 1_000
WARM_UP_ROUNDS: Final = 100
RESULTS: Final = Path(__file__).with_name("results") / "fence.json"

Operation = Callable[[], Any]


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    binary = mongod_binary()
    if binary is None:
        raise SystemExit("The bundled mongod does not run on this machine.")
    with (
        tempfile.TemporaryDirectory() as directory,
        running_mongod(binary, Path(directory) / "data", free_port()) as (_, uri),
    ):
        os.environ["MONGODB_URI"] = uri
        wanted = CreateOrganization(name="Bench", email="owner@bench.example", password=uuid.uuid4().hex)
        organization_id = lifecycle.create(wanted, None).organization["_id"]
        medians = {name: _medians(kinds) for name, kinds in _operations(organization_id).items()}
        database.client().close()
    _print(medians)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(medians, indent=2) + "\n")


def _operations(organization_id: str) -> dict[str, dict[str, Operation]]:
    """Return, by operation, the ways to do it."""
    fenced = tenants.TenantCollection(organization_id)

    def of_metadata() -> Collection[database.Document]:
        organization = organizations.find(organization_id)
        assert organization is not None  # noqa: S101 - it has just been created
        return ddl.tenant_database()[organization["collection"]]

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


def _medians(ways: dict[str, Operation]) -> dict[str, float]:
    """Return the median of each way, in milliseconds."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(WARM_UP_ROUNDS + ROUNDS):
        for way, operation in ways.items():
            start = time.perf_counter()
            operation()
            seconds[way].append(time.perf_counter() - start)
    return {way: 1000 * statistics.median(taken[WARM_UP_ROUNDS:]) for way, taken in seconds.items()}


def _print(medians: dict[str, dict[str, float]]) -> None:
    table = Table("Operation", "Way", "Median", "Fenced is slower by")
    for name, ways in medians.items():
        for way, milliseconds in ways.items():
            table.add_row(name, way, f"{milliseconds:.2f} ms", f"{ways['fenced'] / milliseconds:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
