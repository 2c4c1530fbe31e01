"""Instructions that requests take, against the bare call: the same on a quiet machine and on a noisy one.

The process runs under Valgrind's callgrind (https://valgrind.org/docs/manual/cl-manual.html), which counts
what this process executes, and nothing of the server. It counts some requests and then twice as many, and the
difference is theirs alone, for asking callgrind takes the same both times. The first time it takes more, so
that one does not count.
"""

import gc
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.callers import log_in, publish, quiet
from bench.documents import EMAIL, operations, request, signed_up
from bench.rounds import Operation, running_database, save
from tenantry.identity.keys.signing_key import SigningKey
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext

ROUNDS: Final = 20
WARM_UP_ROUNDS: Final = 20
COUNTING: Final = "COUNTED_INTO"
"""The environment variable that says where callgrind writes, in the process that is counted."""


def main() -> None:
    """Count on a server of its own, print a table and save the figures."""
    if counted_into := os.environ.get(COUNTING):
        save("instructions", _figures(Path(counted_into)))
        return
    if shutil.which("valgrind") is None:
        raise SystemExit("This takes Valgrind: apt install valgrind")
    with running_database() as directory:
        counted = directory / "callgrind.out"
        environment = os.environ | {COUNTING: str(counted), "PYTHONHASHSEED": "0"}
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counted}", "--quiet"]
        subprocess.run(  # noqa: S603 - a constant
            [*command, sys.executable, "-m", "bench.instructions"], check=True, env=environment
        )


def _figures(counted_into: Path) -> dict[str, dict[str, int]]:
    with quiet():
        figures = {
            name: {way: _instructions(operation, counted_into) for way, operation in ways.items()}
            for name, ways in _ways().items()
        }
    table = Table("Operation", "Thousand instructions", "Bare", "Ratio")
    for name, ways in figures.items():
        through, bare = ways.values()
        table.add_row(name, f"{through / 1000:,.0f}", f"{bare / 1000:,.0f}", f"{through / bare:.2f}")
    Console(file=sys.__stdout__).print(table)
    return figures


def _ways() -> dict[str, dict[str, Operation]]:
    # They connect where they are imported.
    from bench.cold_start.handlers.floor.app import lambda_handler as floor  # noqa: PLC0415
    from bench.cold_start.handlers.packages.app import lambda_handler as packages  # noqa: PLC0415

    owner = signed_up()
    path = f"/organizations/{owner.organization_id}"
    event = proxy_event("GET", path, owner.headers, None)
    bare = partial(floor, event, None)
    return {
        "the organization": {"handler": request("GET", path, owner.headers), "bare": bare},
        "the organization, first request with a token": {"handler": _each_with_a_token(path), "bare": bare},
        "the packages alone": {"handler": partial(packages, event, LambdaContext("packages")), "bare": bare},
        **operations(owner),
    }


def _each_with_a_token(path: str) -> Operation:
    """Return what reads the organization with another token each time."""
    key = SigningKey.generate()
    publish(key)
    headers = (log_in(EMAIL, key).headers for _ in range(WARM_UP_ROUNDS + 1 + 3 * ROUNDS))
    requests = iter([request("GET", path, each) for each in headers])

    def send() -> None:
        next(requests)()

    return send


def _instructions(operation: Operation, counted_into: Path) -> int:
    for _ in range(WARM_UP_ROUNDS):
        operation()
    gc.collect()
    gc.freeze()  # as where a function starts; or the collector would look at all modules in some counts
    _counted(operation, 1, counted_into)
    once, twice = (_counted(operation, rounds, counted_into) for rounds in (ROUNDS, 2 * ROUNDS))
    return (twice - once) // ROUNDS


def _counted(operation: Operation, rounds: int, counted_into: Path) -> int:
    _control("--zero")
    for _ in range(rounds):
        operation()
    _control("--dump")
    (written,) = counted_into.parent.glob(f"{counted_into.name}.*")
    (line,) = (line for line in written.read_text().splitlines() if line.startswith("totals:"))
    written.unlink()
    return int(line.split()[1])


def _control(what: str) -> None:
    subprocess.run(["callgrind_control", what, str(os.getpid())], check=True, capture_output=True)  # noqa: S603, S607 - a constant


if __name__ == "__main__":
    main()
