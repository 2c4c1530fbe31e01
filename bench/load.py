"""Throughput and tail with 1, 8 and 32 clients, and the connections that they cost.

In-process, each client has an execution environment of its own, as each concurrent request has on Lambda. The
deployed local stack runs one environment for each function, so calls wait for each other there.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from bench.callers import Caller, RefusedError, log_in, publish, request
from bench.environments import Environment
from bench.rounds import save
from bench.scale.population import email_of, running
from local.processes import free_port
from local.stack import Settings, Stack, running_stack
from tenantry.identity.keys.signing_key import SigningKey
from tests.support import connections
from tests.support.owners import PASSWORD

CLIENTS: Final = (1, 8, 32)
SECONDS: Final = 10.0  # of each measurement
ORGANIZATIONS: Final = 100
INVOCATIONS: Final = 10_000
FUNCTION: Final = "tenantry-load"
# As on Lambda, where the driver polls its servers and keeps one monitoring connection each instead of two.
ON_LAMBDA: Final = {"AWS_LAMBDA_FUNCTION_NAME": FUNCTION, "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
NOTE: Final = {"text": "hello " * 20}

_callers: list[Caller] = []


def main() -> None:
    """Measure, print tables and save the figures."""
    figures = {}
    for where, measure in {"in-process": _in_process, "deployed": _deployed}.items():
        figures[where] = measure()
        _print(where, figures[where])
        save("load", figures)


def _in_process() -> dict[str, Any]:
    key = SigningKey.generate()
    with running(ORGANIZATIONS) as server, MongoClient[Any](server.uri) as client, ExitStack() as exits:
        environments = [
            exits.enter_context(Environment(server.uri, key, ON_LAMBDA)) for _ in range(max(CLIENTS))
        ]
        environments[0].run(publish, key)
        for number, environment in enumerate(environments):
            environment.run(prepare, number, key)
        return {
            "requests": {
                kind: {number: _at_once(environments[:number], kind) for number in CLIENTS} for kind in KINDS
            },
            "connections": _connections(client, environments),
        }


def _at_once(environments: Sequence[Environment], kind: str) -> dict[str, float]:
    clients = [environment.begin(repeat, kind) for environment in environments]
    return summary([seconds for client in clients for seconds in client.result()])


def _connections(client: MongoClient[Any], environments: Sequence[Environment]) -> dict[str, int]:
    """Return how many connections environments have, and one of them after many invocations."""
    held = connections.of_application(client, FUNCTION)
    environments[0].run(invoke, INVOCATIONS)
    return {
        "environments": len(environments),
        "of all": held,
        f"of all after {INVOCATIONS:,} further invocations": connections.of_application(client, FUNCTION),
    }


def prepare(number: int, key: SigningKey) -> None:
    """Log an owner in and send each request once; in the environment."""
    _callers.append(log_in(email_of(number), key))
    for send in KINDS.values():
        send()


def repeat(kind: str) -> list[float | None]:
    """Send requests one after the other for a while; return the seconds of each, None if it is refused."""
    return _repeated(KINDS[kind])


def invoke(number: int) -> None:
    """Send so many requests, of all kinds that compute little."""
    for invocation in range(number):
        (_get, _read, _insert)[invocation % 3]()


def _repeated(send: Callable[[], object]) -> list[float | None]:
    taken: list[float | None] = []
    end = time.perf_counter() + SECONDS
    while (start := time.perf_counter()) < end:
        try:
            send()
        except (RefusedError, httpx.HTTPStatusError):  # as clients that have waited for too long
            taken.append(None)
        else:
            taken.append(time.perf_counter() - start)
    return taken


def _get() -> None:
    caller = _callers[0]
    request("GET", f"/organizations/{caller.organization_id}", caller.headers)


def _read() -> None:
    caller = _callers[0]
    request("GET", f"/organizations/{caller.organization_id}/documents/note", caller.headers)


def _insert() -> None:
    caller = _callers[0]
    request("POST", f"/organizations/{caller.organization_id}/documents", caller.headers, NOTE)


def _log_in() -> None:
    request("POST", "/login", {}, {"email": _callers[0].email, "password": PASSWORD})


KINDS: Final[dict[str, Callable[[], None]]] = {
    "get organization": _get,
    "read document": _read,
    "insert document": _insert,
    "login": _log_in,
}


class Silent:
    """Progress that is not shown."""

    def step(self, _: str) -> nullcontext[None]:
        """Show nothing."""
        return nullcontext()

    def warn(self, message: str) -> None:
        """End with the warning: the figures would not be true."""
        raise SystemExit(message)


def _deployed() -> dict[str, Any]:
    with TemporaryDirectory() as directory:
        settings = Settings(free_port(), free_port(), state=Path(directory))
        with running_stack(settings, Silent()) as (stack, _):
            return {"requests": {"get organization": _over_http(stack)}}


def _over_http(stack: Stack) -> dict[int, dict[str, float]]:
    with httpx.Client(base_url=stack.api_url, timeout=60, trust_env=False) as client:
        credentials = {"email": "owner@bench.example", "password": PASSWORD}
        wanted = {"name": "Bench", **credentials}
        while client.post("/organizations", json=wanted).status_code == httpx.codes.SERVICE_UNAVAILABLE:
            pass  # a cold start beside the deployment may take longer than a function may
        token = client.post("/login", json=credentials).raise_for_status().json()["access_token"]

        def send() -> None:
            answer = client.get("/organizations/bench", headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()

        send()
        figures = {}
        for number in CLIENTS:
            with ThreadPoolExecutor(number) as threads:
                clients = [threads.submit(_repeated, send) for _ in range(number)]
            figures[number] = summary([seconds for client in clients for seconds in client.result()])
        return figures


def summary(seconds: Sequence[float | None]) -> dict[str, float]:
    """Return throughput per second, and percentiles in milliseconds."""
    answered = [duration for duration in seconds if duration is not None]
    percentiles = statistics.quantiles(answered, n=100)
    return {
        "per second": len(answered) / SECONDS,
        "refused": len(seconds) - len(answered),
        **{f"p{percent}": 1000 * percentiles[percent - 1] for percent in (50, 95, 99)},
    }


def _print(where: str, measured: dict[str, Any]) -> None:
    table = Table("Request", "Clients", "Per second", "Refused", "p50", "p95", "p99", title=where)
    for kind, of_clients in measured["requests"].items():
        for number, figures in of_clients.items():
            tail = [f"{figures[percentile]:.1f} ms" for percentile in ("p50", "p95", "p99")]
            rate = f"{figures['per second']:.0f}"
            table.add_row(kind, f"{number}", rate, f"{figures['refused']}", *tail)
    Console().print(table)
    for application, number in measured.get("connections", {}).items():
        Console().print(f"{application}: {number}")


if __name__ == "__main__":
    main()
