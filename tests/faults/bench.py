"""A server that can be made to fail, with the library's connections to it."""

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from tenantry.identity.keys.signing_key import SigningKey
from tenantry.lifecycle.intents import settling
from tenantry.registry import schema
from tenantry.runtime import clients, mongodb
from tenantry.runtime.settings import settings
from tenantry.tenants import repetitions
from tests.faults import one_thread, sent_mails
from tests.faults.proxy import Proxy
from tests.faults.sent_mails import SentMails
from tests.faults.victims import Victims
from tests.faults.watch import CommandWatch
from tests.faults.world import World
from tests.support import library
from tests.support.databases import Databases, Document

ensure_schema = schema.ensure_schema.__wrapped__

_ENVIRONMENT = {
    "MASTER_DATABASE": "master",
    "TENANT_DATABASE": "tenants",
    "MAIL_FROM": "no-reply@example.com",
    "APP_URL": "https://app.example.com",
    "DELETION_GRACE_DAYS": "0",
    "FORMER_SLUG_DAYS": "0",
}
_LONGEST_WAIT_SECONDS = 0.1  # for the holder of a lease, who is dead more often than not
_SHORTEST_HEARTBEAT_SECONDS = 0.005  # the driver asks how a server is, but not more often than this


@dataclass
class Bench:
    """What a case of the fault suite works with.

    `direct` and `proxied` are clients made by the library; it uses the first but within `behind_proxy`.
    """

    databases: Databases
    proxy: Proxy
    victims: Victims
    watch: CommandWatch
    environment: Mapping[str, str]
    sent: SentMails
    direct: MongoClient[Document]
    proxied: MongoClient[Document]
    world: World = field(init=False)
    _current: MongoClient[Document] = field(init=False)

    def __post_init__(self) -> None:
        self._current = self.direct

    def client(self) -> MongoClient[Document]:
        """Stand in for `tenantry.runtime.mongodb.client`."""
        return self._current

    @contextmanager
    def behind_proxy(self) -> Iterator[None]:
        self._current = self.proxied
        try:
            yield
        finally:
            self._current = self.direct

    def set_fail_point(self, mode: Any, **data: Any) -> None:
        """Configure the server's fail point failCommand."""
        command: Document = {"configureFailPoint": "failCommand", "mode": mode}
        if data:
            command["data"] = {"appName": "tenantry"} | data
        self.databases.client.admin.command(command)

    def reap_transactions(self) -> None:
        """Abort what dead clients left open, as the server does after 60 s."""
        self.databases.client.admin.command({"killAllSessions": []})

    def reconnect(self) -> None:
        """Replace connections to a server that was started again."""
        with contextlib.suppress(AutoReconnect):  # which empties the pool
            self.databases.client.admin.command("ping")
        self.databases.client.admin.command("ping")

    def wait_until_idle(self) -> None:
        """Wait until the server has finished what clients do not wait for any more."""
        of_library = {"appName": "tenantry", "active": True, "command.hello": {"$exists": False}}
        running: list[Document] = [{"$currentOp": {}}, {"$match": of_library}]
        while list(self.databases.client.admin.aggregate(running)):
            pass


@contextmanager
def running_bench(uri: str, port: int) -> Iterator[Bench]:
    """Set up a bench for a server within a `with` block."""
    # The driver asks at once how the server is after an error that nothing but a fail point has made.
    uri += "&serverMonitoringMode=poll"
    watch = CommandWatch()
    with (
        TemporaryDirectory() as directory,
        pytest.MonkeyPatch.context() as patch,
        MongoClient[Document](uri, tz_aware=True, uuidRepresentation="standard") as client,
        Proxy(port) as proxy,
        Victims() as victims,
    ):
        path = Path(directory) / "sent-mails"
        environment = _ENVIRONMENT | {
            "MONGODB_URI": uri,
            "SIGNING_KEY_SECRET_ARN": SigningKey.generate().to_json(),
            sent_mails.VARIABLE: str(path),
        }
        _prepare_library(patch, environment, watch)
        databases = Databases(uri, client, client["master"], client["tenants"])
        databases.drop()
        with _client_of_library(uri) as direct, _client_of_library(proxy.uri) as proxied:
            sent = SentMails(path)
            bench = Bench(databases, proxy, victims, watch, environment, sent, direct, proxied)
            patch.setattr(mongodb, "client", bench.client)
            ensure_schema()
            bench.world = World(databases, sent)
            yield bench
    settings.cache_clear()


def _prepare_library(patch: pytest.MonkeyPatch, environment: Mapping[str, str], watch: CommandWatch) -> None:
    for name, value in environment.items():
        patch.setenv(name, value)
    patch.setattr(settling, "MAX_WAIT_SECONDS", _LONGEST_WAIT_SECONDS)
    patch.setattr("pymongo.common.MIN_HEARTBEAT_INTERVAL", _SHORTEST_HEARTBEAT_SECONDS)
    patch.setattr(clients, "MongoClient", partial(MongoClient, event_listeners=[watch]))
    patch.setattr(schema, "ensure_schema", lambda: None)
    patch.setattr(repetitions, "ensure_index", lambda _: None)
    library.hash_with_few_rounds(patch)
    library.sign_without_secrets_manager(patch)
    one_thread.roll_out_in_one_thread(patch)
    sent_mails.send_without_ses(patch)


@contextmanager
def _client_of_library(uri: str) -> Iterator[MongoClient[Document]]:
    with clients.connect(uri) as client:
        yield client
