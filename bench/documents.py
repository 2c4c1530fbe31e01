"""What the documents API costs, against the same pymongo call alone.

A request goes through the function's handler as Lambda would call it: token, membership, checks, fence, the
operation, Extended JSON. The bare call is pymongo's, on the same collection.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.callers import Caller, log_in, publish, quiet
from bench.rounds import Operation, medians, running_database, save
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.registry import clusters
from tests.support.proxy_events import proxy_event
from tests.support.routes import route_of
from tests.support.service import LambdaContext, handler

EMAIL: Final = "owner@bench.example"
LISTED: Final = 100
NOTE: Final = {"text": "hello " * 20, "tags": ["one", "two"], "count": 7}


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    with running_database(), quiet():
        figures = {name: medians(name, ways) for name, ways in operations(signed_up()).items()}
    table = Table("Operation", "Through the handler", "Bare", "Ratio")
    for name, ways in figures.items():
        through, bare = ways["handler"], ways["bare"]
        table.add_row(name, f"{through:.2f} ms", f"{bare:.2f} ms", f"{through / bare:.2f}")
    Console().print(table)
    save("documents", figures)


def signed_up() -> Caller:
    """Create an organization and log its owner in."""
    creating.create(NewOrganization("Bench", "bench"), NewAccount(EMAIL, uuid.uuid4().hex))
    key = SigningKey.generate()
    publish(key)
    return log_in(EMAIL, key)


def operations(owner: Caller) -> dict[str, dict[str, Operation]]:
    """Return, by operation, the ways to do it in an organization that has just been created."""
    path = f"/organizations/{owner.organization_id}/documents"
    bare = clusters.tenant_database("main")["org_bench"]
    bare.insert_many({"_id": f"known-{number:03}", **NOTE} for number in range(LISTED))
    return {
        "point read": {
            "handler": request("GET", f"{path}/known-050", owner.headers),
            "bare": lambda: bare.find_one({"_id": "known-050"}),
        },
        "insert": {
            "handler": request("POST", path, owner.headers, NOTE),
            "bare": lambda: bare.insert_one(dict(NOTE)),
        },
        f"list of {LISTED}": {
            "handler": request("GET", path, owner.headers),
            "bare": lambda: list(bare.find().sort("_id", 1).limit(LISTED)),
        },
    }


def request(
    method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
) -> Operation:
    """Return what sends a request to the function's handler, as often as it is called."""
    fields = {**headers, "Content-Type": "application/json"}
    event = proxy_event(method, path, fields, None if body is None else json.dumps(body))
    _, function, _ = route_of(method, path)
    handle, context = handler(function), LambdaContext(function)

    def send() -> None:
        answer = handle(event, context)
        assert answer["statusCode"] < 300, answer["body"]  # noqa: S101, PLR2004 - a failure takes another time

    return send


if __name__ == "__main__":
    main()
