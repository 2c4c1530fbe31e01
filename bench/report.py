"""docs/benchmarks.md: the figures of bench/results as ratios, each with what it is compared with, and a plot.

A contract test compares the page with what this makes of the results, so that none of its figures is stale.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from bench.backup import SIZES
from bench.rounds import RESULTS

DOCUMENTS: Final = Path(__file__).parents[1] / "docs"
PAGE: Final = DOCUMENTS / "benchmarks.md"
PLOT: Final = DOCUMENTS / "benchmarks.png"
BEGIN: Final = "<!-- figures: make benchmarks -->"
END: Final = "<!-- end of figures -->"
MOST: Final = "100000"  # organizations
REQUESTS: Final = {
    "get": "get an organization",
    "read of a collection in use": "read a document, collection in use",
    "read of any collection": "read a document, any collection",
    "login": "log in",
}

Row = tuple[str, str, float]
"""What is measured, against what, and the ratio."""


def main() -> None:
    """Write the figures into the page and draw the plot."""
    before, _, after = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + figures() + after.partition(END)[2])
    _draw(PLOT)


def figures() -> str:
    """Return the part of the page that holds figures, with the lines that enclose it."""
    tables = {
        "A request (`make bench-cold-start`)": _requests(),
        "Documents, 2 ms away from MongoDB (`make bench`)": _documents(),
        "Instructions of a request, in the function (`make bench-instructions`)": _instructions(),
        "What grows with the number of organizations (`make bench-scale`)": _growth(),
        "Documents in a pool (`make bench`)": _pools(),
        "Backups (`make bench`)": _backups(),
    }
    return "\n".join(
        [BEGIN, *(line for title, rows in tables.items() for line in _table(title, rows)), "", END]
    )


def _table(title: str, rows: Iterator[Row]) -> Iterator[str]:
    yield from ("", f"### {title}", "", "| | against | ratio |", "|---|---|---|")
    yield from (f"| {what} | {against} | {ratio:.2f} |" for what, against, ratio in rows)


def _requests() -> Iterator[Row]:
    ratios = _result("cold_start")["ratios"]
    for what in ("cold start", "warm request"):
        yield what, "FastAPI and Mangum", ratios[f"{what} / peer"]
        yield what, "the packages alone", ratios[f"{what} / packages alone"]
        yield what, "pymongo alone, which checks nothing", ratios[f"{what} / floor"]
    yield "cold start, secret from the extension", "secret from boto3", _extension(ratios)
    yield "login", "its PBKDF2 alone, 600,000 rounds", ratios["login / PBKDF2 alone"]


def _extension(ratios: Mapping[str, float]) -> float:
    return ratios["cold start, secret from extension / boto3"]


def _documents() -> Iterator[Row]:
    for what, of in _result("latency").items():
        yield what, "FastAPI, Mangum, pymongo, without fence", of["tenantry"] / of["unfenced"]
        yield what, "the bare pymongo call", of["tenantry"] / of["bare"]


def _instructions() -> Iterator[Row]:
    for what, of in _result("instructions").items():
        yield what, "pymongo alone, which checks nothing", of["handler"] / of["bare"]


def _growth() -> Iterator[Row]:
    scale = _result("scale")
    for name, what in REQUESTS.items():
        times = scale["requests"][name]
        yield f"{what}, 100,000 organizations", "100 organizations", times[MOST] / times["100"]
    for what in ("create", "rename", "delete"):
        of, of_few = (scale["costs"][size][what] for size in (MOST, "100"))
        yield f"{what} one, 100,000 organizations", "100 organizations", of["library"] / of_few["library"]
        yield f"{what} one, 100,000 organizations", "the server's bare command", of["library"] / of["bare"]


def _pools() -> Iterator[Row]:
    for what, of in _result("pooled").items():
        yield what, "in a collection of its own", of["pooled"] / of["collection"]


def _backups() -> Iterator[Row]:
    for size, ways in _result("backup").items():
        documents = f"{SIZES[size]:,} documents"
        yield f"back up {documents}", "a plain dump", ways["backup"]["times_plain"]
        yield f"restore {documents}", "a plain load, which checks nothing", ways["restoration"]["times_plain"]


def _result(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text())


def _draw(path: Path) -> None:
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    peers, growth, ddl = figure.subplots(1, 3)
    rows = [row for row in (*_requests(), *_documents()) if "FastAPI" in row[1]]
    peers.barh([what for what, _, _ in rows], [ratio for *_, ratio in rows])
    peers.axvline(1, color="grey", linestyle=":")
    peers.invert_yaxis()
    peers.set(title="Time, FastAPI and Mangum = 1")
    scale = _result("scale")
    for name, what in REQUESTS.items():
        times = {int(size): time for size, time in scale["requests"][name].items()}
        growth.plot(list(times), [time / times[100] for time in times.values()], "o-", label=what)
    growth.set(title="Time, 100 organizations = 1", xscale="log", xlabel="organizations", ylim=(0, None))
    for name in ("create", "rename", "delete"):
        times = {int(size): of[name]["library"] for size, of in scale["costs"].items()}
        ddl.plot(list(times), [time / times[100] for time in times.values()], "o-", label=f"{name} one")
    ddl.set(title="Time, 100 organizations = 1", xscale="log", xlabel="organizations", ylim=(0, None))
    for axes in (growth, ddl):
        axes.legend(frameon=False, fontsize=8)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
