"""The connections of 1,000 cold starts.

A cold start here is what the database sees of it: a client of its own, which connects and asks. The clients
stay open, as execution environments do. How long the first answer takes is not measured: so many clients wait
for the processors of one machine, while Lambda gives each environment its own.
"""

from typing import Any, Final

from pymongo import MongoClient
from rich.console import Console

from bench.environments import Environment
from bench.load import FUNCTION, ON_LAMBDA
from bench.rounds import save
from bench.scale.population import name_of, running
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.registry import names
from tenantry.runtime import clients, mongodb
from tenantry.runtime.settings import settings
from tests.support import connections

COLD_STARTS: Final = 1_000
PROCESSES: Final = 10
ORGANIZATIONS: Final = 100

_clients: list[MongoClient[mongodb.Document]] = []


def main() -> None:
    """Measure, print and save the figures."""
    key = SigningKey.generate()
    with running(ORGANIZATIONS) as server, MongoClient[Any](server.uri) as client:
        processes = [Environment(server.uri, key, ON_LAMBDA) for _ in range(PROCESSES)]
        starts = [process.begin(start, server.uri, COLD_STARTS // PROCESSES) for process in processes]
        for running_start in starts:
            running_start.result()
        held = connections.of_application(client, FUNCTION)
        for process in processes:
            process.run(end)
            process.close()
        remaining = connections.of_application(client, FUNCTION)
    figures = {"cold starts": COLD_STARTS, "connections": held, "connections afterwards": remaining}
    for name, number in figures.items():
        Console().print(f"{name}: {number:,}")
    save("storm", figures)


def start(uri: str, number: int) -> None:
    """Connect so many clients, each of which asks something."""
    for _ in range(number):
        client = clients.connect(uri)
        _clients.append(client)
        slug = names.slug_of(name_of(0))
        assert client[settings().master_database]["organizations"].find_one({"slugs": slug})  # noqa: S101


def end() -> None:
    """Close the clients."""
    for client in _clients:
        client.close()


if __name__ == "__main__":
    main()
