"""`tenantry watch`: what the service is doing, live in the terminal, from the databases."""

import time
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer
from pymongo.errors import PyMongoError
from rich.console import RenderableType
from rich.live import Live

from cli import library
from cli.connection import Target, without_passwords
from cli.options import Json, with_target
from cli.output import console, print_error, print_json
from cli.watch_view import lost, view
from tenantry.errors import TenantryError
from tenantry.lifecycle.oversight import snapshot
from tenantry.lifecycle.oversight.findings import reason_of

Once = Annotated[bool, typer.Option("--once", help="Print it once and end.")]
Every = Annotated[float, typer.Option(min=0.5, metavar="SECONDS", help="How often to look.")]

FAILURES: Final = (PyMongoError, TenantryError)


@with_target
def watch(target: Target, every: Every = 2, once: Once = False, as_json: Json = False) -> None:
    """Show organizations, what waits, moves, roll-outs, logins and servers until Ctrl-C; changes nothing.

    With --json, each look is one line.
    """
    library.use(target)
    if once:
        _print_once(target, as_json=as_json)
        return
    try:
        if as_json:
            for look in _looks(target, every):
                print_json(look)
        else:
            with Live(console=console(), auto_refresh=False, vertical_overflow="crop") as live:
                for shown in _views(target, every):
                    live.update(shown, refresh=True)
    except KeyboardInterrupt:
        return


def _print_once(target: Target, *, as_json: bool) -> None:
    look = _look(target)
    if as_json:
        print_json(look)
    elif "error" not in look:
        console().print(view(look, None))
    if "error" in look:
        print_error(f"MongoDB cannot be used: {look['error']}")
        raise typer.Exit(2)


def _looks(target: Target, every: float) -> Iterator[dict[str, Any]]:
    """Yield what is seen at once and after each interval; a look that takes longer delays the next."""
    while True:
        began = time.monotonic()
        yield _look(target)
        time.sleep(max(every - (time.monotonic() - began), 0.1))


def _look(target: Target) -> dict[str, Any]:
    """Return what the service is doing, or why that is not known."""
    try:
        return snapshot.take()
    except FAILURES as error:
        return {"error": without_passwords(reason_of(error), target)}


def _views(target: Target, every: float) -> Iterator[RenderableType]:
    """Yield what the terminal shows; while the database is away, what was seen last and since when."""
    last: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    for look in _looks(target, every):
        if "error" in look:
            yield lost(look["error"], last, before)
            continue
        before, last = last, look
        yield view(look, before)
