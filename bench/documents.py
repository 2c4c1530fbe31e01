"""What the documents API costs, against the same pymongo call alone.

A request goes through the function's handler as Lambda would call it: token, membership, checks, fence, the
operation, Extended JSON. The bare call is pymongo's, on the same collection.
"""

import io
import json
import logging
import uuid
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.callers import log_in, publish
from bench.rounds import Operation, medians, running_database, save
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.registry import clusters
from tenantry.runtime.observability import logger, metrics
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext, handler

EMAIL: Final = "owner@bench.example"
LISTED: Final = 100
NOTE: Final = {"text": "hello " * 20, "tags": ["one", "two"], "count": 7}


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    logger.setLevel(logging.WARNING)
    metrics.namespace = "Tenantry"
    with running_database():
        figures = {name: medians(name, ways) for name, ways in _operations().items()}
    table = Table("Operation", "Through the handler", "Bare", "Ratio")
    for name, ways in figures.items():
        through, bare = ways["handler"], ways["bare"]
        table.add_row(name, f"{through:.2f} ms", f"{bare:.2f} ms", f"{through / bare:.2f}")
    Console().print(table)
    save("documents", figures)


def _operations() -> dict[str, dict[str, Operation]]:
    """Return, by operation, the ways to do it."""
    organization_id, request = _signed_up()
    path = f"/organizations/{organization_id}/documents"
    bare = clusters.tenant_database("main")["org_bench"]
    bare.insert_many({"_id": f"known-{number:03}", **NOTE} for number in range(LISTED))
    return {
        "point read": {
            "handler": lambda: request("GET", f"{path}/known-050"),
            "bare": lambda: bare.find_one({"_id": "known-050"}),
        },
        "insert": {
            "handler": lambda: request("POST", path, NOTE),
            "bare": lambda: bare.insert_one(dict(NOTE)),
        },
        f"list of {LISTED}": {
            "handler": lambda: request("GET", path),
            "bare": lambda: list(bare.find().sort("_id", 1).limit(LISTED)),
        },
    }


def _signed_up() -> tuple[str, Any]:
    """Create an organization; return its id and how to send requests of its owner."""
    creating.create(NewOrganization("Bench", "bench"), NewAccount(EMAIL, uuid.uuid4().hex))
    key = SigningKey.generate()
    publish(key)
    owner = log_in(EMAIL, key)
    headers = {**owner.headers, "Content-Type": "application/json"}

    def request(method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        event = proxy_event(method, path, headers, None if body is None else json.dumps(body))
        with redirect_stdout(io.StringIO()):  # where the metrics go
            answer = handler("documents")(event, LambdaContext("documents"))
        assert answer["statusCode"] < 300, answer["body"]  # noqa: S101, PLR2004 - a failure takes another time

    return owner.organization_id, request


if __name__ == "__main__":
    main()
