"""Measure what the number of organizations costs, from 100 to 100,000; draw it for docs/scaling.md.

    python -m bench.scale [NUMBER]

The first run creates the organizations, which takes most of an hour, and keeps them below .local/scale.
NUMBER is the greatest number of them, for machines on which 100,000 are too many.
"""

import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.environments import Environment
from bench.rounds import save
from bench.scale import costs, ddl, plots, requests
from bench.scale.population import running
from tenantry.identity.keys.signing_key import SigningKey

FEW: Final = 100
SIZES: Final = (FEW, 1_000, 10_000)
MOST: Final = 100_000


def main() -> None:
    """Measure, print tables, save the figures and draw them."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else MOST
    figures: dict[str, Any] = {
        "requests": requests.measure((FEW, SIZES[-1], most)),
        "costs": {size: costs.measure(size) for size in (*SIZES, most)},
        "rename": _renames(),
    }
    _print(figures)
    save("scale", figures)
    plots.draw(figures["costs"])


def _renames() -> dict[str, float]:
    with running(FEW) as server, Environment(server.uri, SigningKey.generate()) as environment:
        return environment.run(ddl.renames)


def _print(figures: dict[str, Any]) -> None:
    console = Console()
    for kind, of_sizes in figures["requests"].items():
        medians = [f"{size:,}: {ms:.2f} ms ({ms / of_sizes[FEW]:.2f})" for size, ms in of_sizes.items()]
        console.print(f"{kind}: {', '.join(medians)}")
    table = Table("", *(f"{size:,}" for size in figures["costs"]))
    for cost, value in figures["costs"][FEW].items():
        cells = [_cell(costs_of_size[cost]) for costs_of_size in figures["costs"].values()]
        table.add_row(cost if isinstance(value, float | int) else f"{cost} (and bare)", *cells)
    console.print(table)
    many, few = figures["rename"].values()
    console.print(f"rename: {figures['rename']}, ratio {many / few:.2f}")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['library']:.0f} ms ({value['library'] / value['bare']:.2f})"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    main()
