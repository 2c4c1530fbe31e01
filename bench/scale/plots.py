"""The plots of docs/scaling.md."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

PLOT: Final = Path(__file__).parents[2] / "docs" / "scaling.png"
PANELS: Final = {
    "resident megabytes": "Memory after the start [MB]",
    "open files": "Open files after a start",
    "start-up in seconds": "Start-up [s]",
    "create": "Create [ms]",
    "rename": "Rename [ms]",
    "list in seconds": "List all collections, in pages [s]",
}


def draw(costs: Mapping[int, Mapping[str, Any]]) -> None:
    """Draw what each number of organizations costs into one picture.

    Parameters
    ----------
    costs : mapping
        From number of organizations to figures by name, as `bench.scale.costs` measures them.
    """
    figure = Figure(figsize=(11, 6), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(2, 3).flat, PANELS.items(), strict=True):
        sizes = list(costs)
        values = [costs[size][name] for size in sizes]
        if isinstance(values[0], dict):
            for way, style in {"library": "o-", "bare": "o--"}.items():
                axes.plot(sizes, [value[way] for value in values], style, label=way)
            axes.legend(frameon=False)
        else:
            axes.plot(sizes, values, "o-")
        axes.set(title=title, xscale="log", xlabel="organizations", ylim=(0, None))
        axes.grid(alpha=0.3)
    figure.savefig(PLOT, dpi=110)
