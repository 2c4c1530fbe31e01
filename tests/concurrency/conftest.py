"""Databases on a server that a test may kill, and the figures of storms at the end."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from tests.concurrency.server import Server
from tests.support import library
from tests.support.databases import Databases, Document


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def databases(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    """Databases for this process and those that it starts, with the library as in a process that starts."""
    monkeypatch.setenv("MONGODB_URI", server.uri)
    library.hash_with_few_rounds(monkeypatch)
    with (
        MongoClient[Document](server.uri, tz_aware=True, uuidRepresentation="standard") as client,
        library.fresh_process(),
    ):
        databases = Databases(server.uri, client, client["tenantry"], client["tenantry_tenants"])
        yield databases
        databases.drop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, figures in report.user_properties:
                terminalreporter.write_line(f"{report.head_line}, {name}: {figures}")
