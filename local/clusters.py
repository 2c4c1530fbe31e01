"""Further MongoDB servers of the local stack: clusters that organizations can be placed on and moved to."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from local.mongodb import running_mongodb
from local.processes import Child


def ports_of_clusters(state: Path, mongodb_port: int, number: int) -> dict[str, int]:
    """Return names and ports of the clusters besides ``main``.

    A cluster that has data from an earlier run is among them, because organizations may be placed there.

    Parameters
    ----------
    state
        Directory of the local stack.
    mongodb_port
        Port of ``main``; the other clusters have the ports that follow.
    number
        How many clusters there should be, ``main`` included.
    """
    ports: dict[str, int] = {}
    while len(ports) + 1 < number or (state / _name(ports)).exists():
        ports[_name(ports)] = mongodb_port + len(ports) + 1
    return ports


def _name(before: Mapping[str, int]) -> str:
    return f"cluster-{len(before) + 2}"


@contextlib.contextmanager
def running_clusters(
    state: Path, ports: Mapping[str, int], binary: Path | None, warn: Callable[[str], None]
) -> Iterator[tuple[list[Child], dict[str, str]]]:
    """Run a server for each cluster for the length of a ``with`` block.

    Parameters
    ----------
    state, binary, warn
        See `running_mongodb`.
    ports
        Names and ports, from `ports_of_clusters`.

    Yields
    ------
    tuple[list[Child], dict[str, str]]
        The processes, and the connection strings by name.
    """
    children: list[Child] = []
    uris: dict[str, str] = {}
    with contextlib.ExitStack() as exits:
        for name, port in ports.items():
            mongodb = exits.enter_context(running_mongodb(state / name, port, None, binary, warn))
            children += mongodb.children
            uris[name] = mongodb.uri
        yield children, uris
