"""Measuring several ways to do one thing: they take turns, so that a noisy machine slows all of them."""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.progress import track

from local.mongod import running_mongod
from local.mongod_programs import mongod_binary
from local.processes import free_port
from tenantry.runtime import mongodb

ROUNDS: Final = 1_000
WARM_UP_ROUNDS: Final = 100
RESULTS: Final = Path(__file__).with_name("results")

Operation = Callable[[], Any]


@contextmanager
def running_database() -> Iterator[Path]:
    """Run a server of its own, which MONGODB_URI names, and yield a directory that ends with it."""
    binary = mongod_binary()
    if binary is None:
        raise SystemExit("The bundled mongod does not run on this machine.")
    with (
        tempfile.TemporaryDirectory() as directory,
        running_mongod(binary, Path(directory) / "data", free_port()) as (_, uri),
    ):
        os.environ["MONGODB_URI"] = uri
        os.environ["CHANGES_PER_HOUR"] = "1000000000"
        yield Path(directory)
        mongodb.client().close()


def medians(
    name: str, ways: Mapping[str, Operation], rounds: int = ROUNDS, warm_up_rounds: int = WARM_UP_ROUNDS
) -> dict[str, float]:
    """Let the ways take turns; return the median of each, in milliseconds."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in track(range(warm_up_rounds + rounds), description=name, transient=True):
        for way, operation in ways.items():
            start = time.perf_counter()
            operation()
            seconds[way].append(time.perf_counter() - start)
    return {way: 1000 * statistics.median(taken[warm_up_rounds:]) for way, taken in seconds.items()}


def save(name: str, figures: Any) -> None:
    """Keep figures as bench/results/<name>.json."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
