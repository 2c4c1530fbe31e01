"""The plots of docs/scaling.md."""

from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

PLOT: Final = Path(__file__).parents[2] / "docs" / "scaling.png"
PANELS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "Memory after the start [MB]": {"resident": ("resident megabytes",)},
    "Files": {"on disk": ("files",), "open after the start": ("open files",)},
    "Start-up [s]": {"until it takes connections": ("start-up in seconds",)},
    "Create [ms]": {"through the library": ("create", "library"), "bare command": ("create", "bare")},
    "Rename [ms]": {"through the library": ("rename", "library"), "bare command": ("rename", "bare")},
    "List all collections [s]": {"names, in pages": ("list in seconds",)},
}


def draw(costs: Mapping[int, Mapping[str, Any]]) -> None:
    """Draw what each number of organizations costs into one picture.

    Parameters
    ----------
    costs : mapping
        From number of organizations to figures by name, as `bench.scale.costs` measures them.
    """
    figure = Figure(figsize=(11, 6), layout="constrained")
    for axes, (title, lines) in zip(figure.subplots(2, 3).flat, PANELS.items(), strict=True):
        for label, path in lines.items():
            values = [
                reduce(lambda figures, name: figures[name], path, of_size) for of_size in costs.values()
            ]
            axes.plot(list(costs), values, "o-", label=label)
        axes.set(title=title, xscale="log", xlabel="organizations", ylim=(0, None))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.savefig(PLOT, dpi=110)
