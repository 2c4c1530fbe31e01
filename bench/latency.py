"""What the documents API costs 2 ms away from MongoDB, against the usual service without a fence.

All ways take turns in one process and through one slow network: a request through Tenantry's handler, the
same event through that of `bench.unfenced`, and the bare call of pymongo. So round trips count first, and
then each one's own work.
"""

import importlib
import io
import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partial
from typing import Any, Final

from pymongo.uri_parser import parse_uri
from rich.console import Console
from rich.table import Table

from bench import slow_network
from bench.callers import Caller
from bench.documents import LISTED, NOTE, signed_up
from bench.rounds import Operation, medians, running_database, save
from tenantry.registry import clusters
from tenantry.runtime import process
from tenantry.runtime.observability import logger, metrics
from tenantry.runtime.settings import settings
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext, handler

ROUNDS: Final = 300

Handler = Callable[[Any, Any], Mapping[str, Any]]


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    logger.setLevel(logging.WARNING)
    metrics.namespace = "Tenantry"
    with running_database() as directory:
        owner = signed_up()
        ((_, port),) = parse_uri(os.environ["MONGODB_URI"])["nodelist"]
        with slow_network.in_front_of(port, directory) as slow_port:
            # The client asks for a topology of one, for the set's member names itself by its own port.
            os.environ["MONGODB_URI"] = f"mongodb://127.0.0.1:{slow_port}/?directConnection=true"
            process.forget()
            settings.cache_clear()
            figures = {name: medians(name, ways, ROUNDS) for name, ways in _operations(owner).items()}
    table = Table("Operation", "Tenantry", "Unfenced", "Bare", "To unfenced", "To bare")
    for name, ways in figures.items():
        ratios = [f"{ways['tenantry'] / ways[way]:.2f}" for way in ("unfenced", "bare")]
        table.add_row(name, *(f"{milliseconds:.2f} ms" for milliseconds in ways.values()), *ratios)
    Console().print(table)
    save("latency", figures)


def _operations(owner: Caller) -> dict[str, dict[str, Operation]]:
    """Return, by operation, the ways to do it."""
    bare = clusters.tenant_database("main")["org_bench"]
    bare.insert_many({"_id": f"known-{number:03}", **NOTE} for number in range(LISTED))
    path = f"/organizations/{owner.organization_id}/documents"
    services: dict[str, Handler] = {
        "tenantry": handler("documents"),
        "unfenced": importlib.import_module("bench.unfenced").lambda_handler,
    }

    def ways(method: str, path: str, body: Any, operation: Operation) -> dict[str, Operation]:
        headers = {**owner.headers, "Content-Type": "application/json"}
        text = None if body is None else json.dumps(body)
        events = (proxy_event(method, path, headers, text) for _ in services)
        through: dict[str, Operation] = {
            name: partial(_send, service, event)
            for (name, service), event in zip(services.items(), events, strict=True)
        }
        return through | {"bare": operation}

    return {
        "point read": ways("GET", f"{path}/known-050", None, lambda: bare.find_one({"_id": "known-050"})),
        f"list of {LISTED}": ways("GET", path, None, lambda: list(bare.find().sort("_id", 1).limit(LISTED))),
        "insert": ways("POST", path, NOTE, lambda: bare.insert_one(dict(NOTE))),
    }


def _send(service: Handler, event: Mapping[str, Any]) -> None:
    with redirect_stdout(io.StringIO()):  # where the metrics go
        answer = service(dict(event), LambdaContext("documents"))
    assert answer["statusCode"] < 300, answer["body"]  # noqa: S101, PLR2004 - a failure takes another time


if __name__ == "__main__":
    main()
