"""`tenantry console`: the console for the operator, in the browser, served by this machine."""

import os
import select
import signal
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, NoReturn

import typer

from cli import library, output
from cli.checks import signing_keys
from cli.connection import Target, connected
from cli.console import functions
from cli.console.entrance import SECONDS
from cli.console.server import Console, answering, listening
from cli.options import Json, with_target
from cli.output import print_error, print_json
from cli.reporting import reported

SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
ELSEWHERE: Final = (
    "No browser opens here. On another machine, let `ssh -N -L {port}:127.0.0.1:{port} HOST` forward the "
    "port, and open the address there"
)
LOOK_EVERY_SECONDS: Final = 0.5  # whether the parent is still there


@with_target
def console(
    target: Target,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where to listen; 0: any that is free.")] = 0,
    with_browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open the browser.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Serve the console for the operator to the browser of this machine, until Ctrl-C.

    It does what the connection string's user may do. The address that it prints admits one page, once and
    within a minute; Enter prints another. With --json, each address is one line.
    """
    with reported(), connected(target) as databases:
        owner = signing_keys.issuer_of(databases)
    library.use(target)
    functions.prepare(owner)
    server = _listening(port, target)
    try:
        with _ended_by_sigterm(), answering(server):
            url = _show(server, as_json=as_json)
            if with_browser and not _opens(url):
                print_error(ELSEWHERE.format(port=server.server_port))
            for _ in _lines_of_terminal():
                _show(server, as_json=as_json)
    except KeyboardInterrupt:
        return


def _listening(port: int, target: Target) -> Console:
    try:
        with output.console(standard_error=True).status("Loading the service's functions"):
            return listening(port, target, print_error)
    except OSError as error:
        print_error(f"Nothing can listen on port {port}: {error.strerror}; choose another with --port")
        raise typer.Exit(1) from None


def _show(server: Console, *, as_json: bool) -> str:
    url = server.link()
    if as_json:
        print_json({"url": url, "expires_in": SECONDS})
    else:
        typer.echo(f"{url}\nThis works once, for {SECONDS} seconds. Enter: another one. Ctrl-C: the end.")
    sys.stdout.flush()
    return url


def _opens(url: str) -> bool:
    """Open a browser where there is a screen; elsewhere a text browser would take the terminal."""
    has_screen = sys.platform == "darwin" or any(os.environ.get(name) for name in SCREENS)
    return has_screen and webbrowser.open(url)


def _lines_of_terminal() -> Iterator[str]:
    """Yield whenever Enter is pressed, until the process that has started this one is gone."""
    parent = os.getppid()
    watched = [sys.stdin] if sys.stdin is not None and sys.stdin.isatty() else []
    while os.getppid() == parent:
        ready, _, _ = select.select(watched, [], [], LOOK_EVERY_SECONDS)
        if ready and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp():  # else reading would stop the process
            if line := sys.stdin.readline():
                yield line
            else:
                watched = []


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end what a `with` block does as Ctrl-C does."""

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
