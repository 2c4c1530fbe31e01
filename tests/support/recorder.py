"""The commands that the library sends to MongoDB, as they are sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent, CommandSucceededEvent

from tenantry.runtime import clients, process
from tests.support.databases import Document


class Recorder(CommandListener):
    """Keeps every command that the library's client sends."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, Document]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append((event.database_name, dict(event.command)))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to keep."""

    failed = succeeded  # type: ignore[assignment]


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> Iterator[Recorder]:
    """Record the commands of the library, and of other modules, in a process that has just started."""
    recorder = Recorder()
    for module in (clients, *modules):
        monkeypatch.setattr(module, "MongoClient", partial(MongoClient, event_listeners=[recorder]))
    process.forget()
    yield recorder
    process.forget()
