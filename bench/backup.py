"""How fast a backup and a restore are, and how much memory they take, with many documents and with more.

They are compared with a plain dump: all documents, written to disk as the server sends them, without a
snapshot, a checksum or the rest of an organization; and with a plain load, which inserts a plain dump. Each
run is a process of its own. The ways take turns, so that a noisy machine slows all of them. The CPU that a
process uses, which the server's is no part of, depends less on a machine's other work than time does.
"""

import os
import resource
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import batched
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple

import bson
from bson import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from bench.rounds import running_database, save
from cli.backups.backup import back_up
from cli.backups.restore import restore
from cli.connection import Target, connected
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization

SIZES: Final = {"many": 250_000, "more": 1_000_000}  # documents
BATCH: Final = 10_000
ROUNDS: Final = 3
PLAIN: Final = ".bson"
"""Ends the path of a plain dump."""


class Run(NamedTuple):
    """The time and memory of one run."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    """The largest resident set of the process."""


def main() -> None:
    """Measure on a server of its own, print a table and save the figures."""
    with running_database() as directory:
        figures = {size: _figures(os.environ["MONGODB_URI"], size, directory) for size in SIZES}
    _print(figures)
    save("backup", figures)


def _figures(uri: str, size: str, directory: Path) -> dict[str, dict[str, float]]:
    _fill(uri, size)
    runs: dict[str, list[Run]] = {way.__name__: [] for way in WAYS}
    for number in range(ROUNDS):
        for way in WAYS:
            runs[way.__name__].append(_in_a_process(way, uri, size, str(directory / size), number))
    megabytes = (directory / size).stat().st_size / 1e6
    return {
        way.__name__: _summary(runs[way.__name__], runs[plain.__name__], megabytes)
        for way, plain in WAYS.items()
    }


def _summary(runs: list[Run], plain: list[Run], megabytes: float) -> dict[str, float]:
    seconds = statistics.median(run.seconds for run in runs)
    pairs = list(zip(runs, plain, strict=True))
    return {
        "seconds": seconds,
        "cpu_seconds": statistics.median(run.cpu_seconds for run in runs),
        "megabytes_per_second": megabytes / seconds,
        "times_plain": statistics.median(run.seconds / of_plain.seconds for run, of_plain in pairs),
        "times_plain_cpu": statistics.median(
            run.cpu_seconds / of_plain.cpu_seconds for run, of_plain in pairs
        ),
        "peak_megabytes": max(run.peak_bytes for run in runs) / 1e6,
    }


def _fill(uri: str, size: str) -> None:
    owner = NewAccount(f"{size}@bench.example", uuid.uuid4().hex)
    collection = creating.create(NewOrganization(size, size), owner).organization["collection"]
    with MongoClient[dict[str, Any]](uri) as client:
        for first in range(0, SIZES[size], BATCH):
            client["tenantry_tenants"][collection].insert_many(_documents(first, min(BATCH, SIZES[size])))


def _documents(first: int, number: int) -> Iterator[dict[str, Any]]:
    for customer in range(first, first + number):
        yield {"_id": customer, "name": f"customer {customer}", "tags": ["a", "b"], "note": "x" * 100}


def _in_a_process(way: Callable[..., None], *arguments: Any) -> Run:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, way, *arguments).result()


def _measured(way: Callable[..., None], *arguments: Any) -> Run:
    start, cpu_start = time.perf_counter(), time.process_time()
    way(*arguments)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    return Run(seconds, cpu_seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def plain_dump(uri: str, size: str, path: str, _: int) -> None:
    """Write a collection's documents as the server sends them."""
    with MongoClient[dict[str, Any]](uri) as client, Path(path + PLAIN).open("wb") as file:
        for batch in client["tenantry_tenants"][f"org_{size}"].find_raw_batches():
            file.write(batch)  # type: ignore[arg-type]  # bytes
        os.fsync(file.fileno())


def backup(uri: str, size: str, path: str, _: int) -> None:
    """Back the organization up."""
    with connected(Target(uri, "tenantry", "tenantry_tenants")) as databases:
        back_up(databases, size, path, lambda *_: None)


def plain_load(uri: str, size: str, path: str, number: int) -> None:
    """Insert what a plain dump has written."""
    options = CodecOptions(document_class=RawBSONDocument)
    with MongoClient[Any](uri) as client:
        collection = client["plain"][f"{size} {number}"]
        for documents in batched(
            bson.decode_iter(Path(path + PLAIN).read_bytes(), options), BATCH, strict=False
        ):
            collection.insert_many(documents)


def restoration(uri: str, size: str, path: str, number: int) -> None:
    """Restore the organization under another name."""
    with connected(Target(uri, "tenantry", "tenantry_tenants")) as databases:
        restore(databases, path, f"{size} {number}", None, lambda *_: None)


WAYS: Final = {plain_dump: plain_dump, backup: plain_dump, plain_load: plain_load, restoration: plain_load}
"""Each way with the plain one that it is compared with."""


def _print(figures: dict[str, dict[str, dict[str, float]]]) -> None:
    table = Table("Documents", "Way", "Time", "CPU", "Rate", "Of the plain way", "CPU of it", "Peak memory")
    for size, ways in figures.items():
        for way, summary in ways.items():
            rate = f"{summary['megabytes_per_second']:.0f} MB/s"
            peak = f"{summary['peak_megabytes']:.0f} MB"
            seconds = [f"{summary[name]:.2f} s" for name in ("seconds", "cpu_seconds")]
            ratios = [f"{summary[name]:.2f} times" for name in ("times_plain", "times_plain_cpu")]
            table.add_row(f"{SIZES[size]:,}", way, *seconds, rate, *ratios, peak)
    Console().print(table)


if __name__ == "__main__":
    main()
