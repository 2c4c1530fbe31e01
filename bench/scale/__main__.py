"""Measure what the number of organizations costs, from 100 to 100,000; draw it for docs/scaling.md.

The organizations are made by the first run, which takes most of an hour, and kept below .local/scale.
"""

from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.environments import Environment
from bench.rounds import save
from bench.scale import costs, ddl, plots, requests
from bench.scale.population import running
from tenantry.tokens import SigningKey

SIZES: Final = (100, 1_000, 10_000, 100_000)
COMPARED: Final = (100, 10_000, 100_000)


def main() -> None:
    """Measure, print tables, save the figures and draw them."""
    figures: dict[str, Any] = {
        "requests": requests.measure(COMPARED),
        "costs": {size: costs.measure(size) for size in SIZES},
        "rename": _renames(),
    }
    _print(figures)
    save("scale", figures)
    plots.draw(figures["costs"])


def _renames() -> dict[str, float]:
    with running(COMPARED[0]) as server, Environment(server.uri, SigningKey.generate()) as environment:
        return environment.run(ddl.renames)


def _print(figures: dict[str, Any]) -> None:
    console = Console()
    for kind, of_sizes in figures["requests"].items():
        few = of_sizes[COMPARED[0]]
        found = ", ".join(f"{size:,}: {ms:.2f} ms ({ms / few:.2f})" for size, ms in of_sizes.items())
        console.print(f"{kind}: {found}")
    table = Table("", *(f"{size:,}" for size in SIZES))
    for what, value in figures["costs"][SIZES[0]].items():
        cells = [_cell(figures["costs"][size][what]) for size in SIZES]
        table.add_row(what if isinstance(value, float | int) else f"{what} (and bare)", *cells)
    console.print(table)
    many, few = figures["rename"].values()
    console.print(f"rename: {figures['rename']}, ratio {many / few:.2f}")


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['library']:.0f} ms ({value['library'] / value['bare']:.2f})"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    main()
