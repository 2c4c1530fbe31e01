"""10,000 organizations, placed by policy: on two clusters until these are full, the others in their pools.

PYTHONPATH=layers/common/python python -m bench.placement
"""

import json
import os
import statistics
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from rich.progress import track

from bench.rounds import running_database, save
from cli import checker
from cli.connection import Target, connected
from local.mongod import running_mongod
from local.mongod_programs import mongod_binary
from local.processes import free_port
from tenantry.errors import CapacityExhausted
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.registry import clusters
from tenantry.registry.organizations.document import Kind
from tenantry.storage import pools

ORGANIZATIONS: Final = 10_000
LIMIT: Final = 1_000  # collections and indexes of each cluster
POOLS: Final = 8  # of each cluster
PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - of an account that lives for a minute


def main() -> None:
    """Create the organizations, check every invariant, and save the figures."""
    binary = mongod_binary()
    with running_database(), tempfile.TemporaryDirectory() as second:
        if binary is None:
            raise SystemExit("The bundled mongod does not run on this machine.")
        with running_mongod(binary, Path(second) / "data", free_port()) as (_, uri):
            os.environ["MONGODB_CLUSTERS"] = json.dumps({"second": uri})
            figures = _measure()
            figures["violations"] = _violations(uri)
            clusters.close()
    save("placement", figures)
    print(json.dumps(figures, indent=2))  # noqa: T201 - what the command is for


def _measure() -> dict[str, Any]:
    clusters.register("main", LIMIT)
    clusters.register("second", LIMIT)
    for cluster in ("main", "second"):
        for number in range(POOLS):
            pools.create(cluster, f"pool_{number}")
    owner = _owner()
    placed = Counter[str]()
    milliseconds: dict[Kind, list[float]] = {"collection": [], "pooled": []}
    kind: Kind = "collection"
    for number in track(range(1, ORGANIZATIONS), transient=True):
        began = time.perf_counter()
        try:
            created = creating.create(_wanted(number, kind), owner)
        except CapacityExhausted:
            kind = "pooled"
            created = creating.create(_wanted(number, kind), owner)
        milliseconds[kind].append(1000 * (time.perf_counter() - began))
        organization = created.organization
        placed[f"{organization['cluster']}: {organization['pool'] or 'collections'}"] += 1
    return {
        "organizations": ORGANIZATIONS,
        "placed": dict(sorted(placed.items())),
        "clusters": {
            cluster["_id"]: f"{cluster['namespaces']} of {cluster['limit']}"
            for cluster in clusters.find_all()
        },
        "median creation in ms": {kind: statistics.median(taken) for kind, taken in milliseconds.items()},
    }


def _wanted(number: int, kind: Kind) -> NewOrganization:
    return NewOrganization(f"Organization {number}", f"organization-{number}", kind=kind)


def _owner() -> ExistingAccount:
    created = creating.create(_wanted(0, "collection"), NewAccount("owner@example.com", PASSWORD))
    return ExistingAccount(created.account["_id"])


def _violations(second: str) -> int:
    target = Target(os.environ["MONGODB_URI"], "tenantry", "tenantry_tenants", {"second": second})
    with connected(target) as databases:
        return len(checker.verify(databases, timedelta(), lambda *_: None).violations)


if __name__ == "__main__":
    main()
