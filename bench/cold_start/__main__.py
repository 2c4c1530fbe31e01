"""Cold starts, warm requests and logins of Tenantry against a floor and a peer, as a table and plots.

The floor imports pymongo alone and makes the same queries. The function called packages has in addition the
other packages that Tenantry is built on, and hardly anything of Tenantry. The peer is the service the way it
is usually written, with FastAPI and Mangum. All run on AWS's own runtime client in turn, so that a noisy
machine slows all of them, with byte code compiled as the layer has it. The claim is the ratios.
"""

import contextlib
import statistics
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.cold_start import plots
from bench.cold_start.functions import Functions, prepared
from bench.cold_start.runtime import Function, execution_environment
from bench.rounds import running_database, save

COLD_RUNS: Final = 15
WARM_ROUNDS: Final = 500
WARM_UP_ROUNDS: Final = 50
LOGINS: Final = 15
TARGETS: Final = {
    "cold start / floor": "1.30",
    "cold start / peer": "0.70",
    "warm request / floor": "1.35",
    "login / PBKDF2 alone": "1.03",
}
MEMORY_SIZES: Final = (512, 768, 1024, 1280, 1536, 1769, 2048, 2560, 3008)  # MB
MEMORY_OF_ONE_CPU: Final = 1769  # MB; Lambda gives CPU in proportion, and a login uses one thread
PRICE: Final = 0.0000133334  # USD for a GB-second on arm64, in most regions
Runs = dict[str, list[float]]  # by measure, in milliseconds, each in the order of the rounds
Figures = dict[str, Any]


def main() -> None:
    """Measure, print a table, save the figures and draw the plots."""
    with running_database() as directory, prepared(directory) as functions:
        cold = _cold_starts(functions)
        warm = _warm(functions, functions.readers, WARM_ROUNDS, WARM_UP_ROUNDS)
        logins = _warm(functions, functions.logins, LOGINS, warm_up=2)
        megabytes = functions.layer_bytes / 1e6
    figures: Figures = {
        "cold_start": _medians(cold),
        "warm": _medians(warm),
        "login": _medians(logins),
        "ratios": _ratios(cold, warm, logins),
        "memory": _by_memory(_medians(logins)),
        "layer_megabytes": megabytes,
    }
    _print(figures)
    save("cold_start", figures)
    plots.draw(figures)


def _cold_starts(functions: Functions) -> dict[str, Runs]:
    runs: dict[str, Runs] = {name: defaultdict(list) for name in functions.starters}
    for number in track(range(COLD_RUNS), description="cold starts", transient=True):
        for name, function in functions.starters.items():
            log = functions.directory / f"{name}-{number}.log"
            with execution_environment(function, log) as environment:
                environment.invoke(functions.events["get"])
                initialization, first_answer = environment.initialization(), environment.invocations()[0]
                runs[name]["initialization"].append(initialization)
                runs[name]["first_answer"].append(first_answer)
                runs[name]["total"].append(initialization + first_answer)
                runs[name]["cpu"].append(environment.cpu()[0])
    return runs


def _warm(functions: Functions, chosen: Mapping[str, Function], rounds: int, warm_up: int) -> dict[str, Runs]:
    """Invoke functions in turn, each in an environment that is warm."""
    with contextlib.ExitStack() as stack:
        environments = {
            name: stack.enter_context(
                execution_environment(function, functions.directory / f"{name}-warm.log")
            )
            for name, function in chosen.items()
        }
        for _ in track(range(warm_up + rounds), description="warm requests", transient=True):
            for name, environment in environments.items():
                environment.invoke(functions.events[functions.event_of(name)])
        return {
            name: {
                "handler": environment.handled()[warm_up:],
                "cpu": [later - earlier for earlier, later in pairwise(environment.cpu()[warm_up - 1 :])],
            }
            for name, environment in environments.items()
        }


def _medians(runs: dict[str, Runs]) -> Figures:
    return {
        name: {measure: statistics.median(values) for measure, values in measures.items()}
        for name, measures in runs.items()
    }


def _ratios(cold: dict[str, Runs], warm: dict[str, Runs], logins: dict[str, Runs]) -> dict[str, float]:
    """Return the median over all rounds of each ratio."""

    def ratio(runs: dict[str, Runs], measure: str, numerator: str, denominator: str) -> float:
        pairs = zip(runs[numerator][measure], runs[denominator][measure], strict=True)
        return statistics.median(value / reference for value, reference in pairs)

    return {
        "cold start / floor": ratio(cold, "total", "tenantry", "floor"),
        "cold start / packages alone": ratio(cold, "total", "tenantry", "packages"),
        "cold start / peer": ratio(cold, "total", "tenantry", "peer"),
        "CPU of a cold start / floor": ratio(cold, "cpu", "tenantry", "floor"),
        "CPU of a cold start / peer": ratio(cold, "cpu", "tenantry", "peer"),
        "cold start, secret from extension / boto3": ratio(
            cold, "total", "tenantry, extension", "tenantry, boto3"
        ),
        "warm request / floor": ratio(warm, "handler", "tenantry", "floor"),
        "warm request / packages alone": ratio(warm, "handler", "tenantry", "packages"),
        "warm request / peer": ratio(warm, "handler", "tenantry", "peer"),
        "login / PBKDF2 alone": ratio(logins, "handler", "login", "key derivation"),
        "CPU of a login / PBKDF2 alone": ratio(logins, "cpu", "login", "key derivation"),
    }


def _by_memory(logins: Figures) -> Figures:
    """Model a login's time and price by memory: CPU in proportion to it, and waiting for MongoDB.

    The wait is the time beyond CPU that a login takes and the key derivation alone does not: so waiting for
    other processes of this machine, which both do, does not count.
    """
    login, alone = logins["login"], logins["key derivation"]
    waiting = max(0.0, login["handler"] - alone["handler"] - (login["cpu"] - alone["cpu"]))
    times = {size: waiting + login["cpu"] / min(1.0, size / MEMORY_OF_ONE_CPU) for size in MEMORY_SIZES}
    return {
        str(size): {"milliseconds": time, "dollars_per_million": 1e6 * PRICE * size / 1024 * time / 1000}
        for size, time in times.items()
    }


def _print(figures: Figures) -> None:
    times = Table("Median, ms", "Initialization", "First answer", "CPU", "Warm request")
    for name, cold in figures["cold_start"].items():
        warm = figures["warm"].get(name, {}).get("handler")
        measures = [cold[measure] for measure in ("initialization", "first_answer", "cpu")]
        times.add_row(name, *(f"{value:.0f}" for value in measures), f"{warm:.2f}" if warm else "")
    ratios = Table("Ratio", "", "Target")
    for name, ratio in figures["ratios"].items():
        ratios.add_row(name, f"{ratio:.2f}", TARGETS.get(name, ""))
    ratios.add_row("layer, zipped", f"{figures['layer_megabytes']:.1f} MB", "15 MB")
    Console().print(times, ratios)


if __name__ == "__main__":
    main()
