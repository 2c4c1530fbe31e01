"""What a number of collections costs the server, and commands that read all of them."""

import json
import os
import subprocess
import time
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psutil

from bench.environments import Environment
from bench.scale import ddl
from bench.scale.population import Server, running
from cli.checks.collections import TenantCollections
from cli.connection import Target, connected
from tenantry.identity.keys.signing_key import SigningKey

TENANTRY: Final = Path(__file__).parents[2] / ".venv" / "bin" / "tenantry"
WAITING_FOR_CONNECTIONS: Final = 23016  # what mongod logs once it is up


def measure(size: int) -> dict[str, Any]:
    """Return what so many organizations cost the server, and how long commands take there."""
    with running(size) as server, Environment(server.uri, SigningKey.generate()) as environment:
        return {
            "start-up in seconds": _start_seconds(server.log),
            **_of_the_server(server),
            "list in seconds": _list_seconds(server.uri),
            **_verify(server.uri),
            **environment.run(ddl.steps),
        }


def _start_seconds(log: Path) -> float:
    with log.open() as lines:
        first = _moment(next(lines))
        up = next(line for line in lines if json.loads(line)["id"] == WAITING_FOR_CONNECTIONS)
    return (_moment(up) - first).total_seconds()


def _moment(line: str) -> datetime:
    return datetime.fromisoformat(json.loads(line)["t"]["$date"])


def _of_the_server(server: Server) -> dict[str, float]:
    process = psutil.Process(server.process_id)
    files = [entry.stat() for entry in os.scandir(server.data) if entry.is_file()]
    return {
        "resident megabytes": process.memory_info().rss / 1e6,
        "open files": process.num_fds(),
        "files": len(files),
        "data in megabytes": sum(file.st_blocks for file in files) * 512 / 1e6,
    }


def _list_seconds(uri: str) -> float:
    """Return how long it takes to read the names of all tenants' collections, page by page."""
    start = time.perf_counter()
    with connected(Target(uri, "tenantry", "tenantry_tenants")) as databases:
        deque(TenantCollections(databases).keys(), maxlen=0)
    return time.perf_counter() - start


def _verify(uri: str) -> dict[str, float]:
    """Return how long `tenantry verify` takes and how much memory; it must find nothing."""
    start = time.perf_counter()
    process = subprocess.Popen([TENANTRY, "verify", "--mongodb-uri", uri])  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit("The data are not what the library writes; remove .local/scale.")
    return {
        "verify in seconds": time.perf_counter() - start,
        "peak megabytes of verify": usage.ru_maxrss * 1024 / 1e6,
    }
