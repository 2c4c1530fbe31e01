"""Plots of the figures, below docs."""

from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

DOCUMENTS: Final = Path(__file__).parents[2] / "docs"
SHOWN: Final = {"floor": "floor:\npymongo alone", "tenantry": "Tenantry", "peer": "peer:\nFastAPI, Mangum"}


def draw(figures: dict[str, Any]) -> None:
    """Draw all plots."""
    _cold_starts(figures["cold_start"])
    _memory(figures["memory"])


def _cold_starts(cold: dict[str, Any]) -> None:
    figure, axes = plt.subplots(figsize=(6, 2.6), layout="constrained")
    names = list(SHOWN.values())
    initialization = [cold[name]["initialization"] for name in SHOWN]
    axes.barh(names, initialization, label="initialization")
    axes.barh(
        names, [cold[name]["first_answer"] for name in SHOWN], left=initialization, label="first answer"
    )
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds, median")
    axes.set_title("Cold start of GET /organizations/{organization}")
    axes.legend()
    figure.savefig(DOCUMENTS / "cold-start.png", dpi=120)


def _memory(memory: dict[str, Any]) -> None:
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    sizes = [int(size) for size in memory]
    axes.plot(sizes, [at["milliseconds"] for at in memory.values()], "o-", label="time")
    axes.set(xlabel="memory, MB", ylabel="milliseconds", ylim=0)
    axes.axvline(1769, color="grey", linestyle=":")
    prices = axes.twinx()
    prices.plot(sizes, [at["dollars_per_million"] for at in memory.values()], "s--C1", label="price")
    prices.set(ylabel="USD per million", ylim=0)
    axes.set_title("A login by memory: CPU measured, its share modelled")
    figure.legend(loc="lower right", bbox_to_anchor=(0.88, 0.45))
    figure.savefig(DOCUMENTS / "login-memory.png", dpi=120)
