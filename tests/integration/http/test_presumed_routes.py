"""On every route of documents, a token or key that is revoked before the look is worth nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandStartedEvent

from tenantry.identity import presumed_callers
from tenantry.runtime import clients, process
from tests.integration.http.test_round_trips import key_of
from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.recorder import Recorder
from tests.support.service import Answer

KEPT: Final = {"_id": "kept"}
REQUESTS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "read": ("GET", "/documents/kept", {}),
    "read what is not there": ("GET", "/documents/missing", {}),
    "read what has not changed": ("GET", "/documents/kept", {"headers": {"If-None-Match": "*"}}),
    "list": ("GET", "/documents", {}),
    "count": ("GET", "/count", {}),
    "list indexes": ("GET", "/indexes", {}),
    "insert": ("POST", "/documents", {"json_body": {"_id": "late"}}),
    "insert what is there": ("POST", "/documents", {"json_body": KEPT}),
    "insert many": ("POST", "/documents", {"json_body": [{"_id": "late"}, KEPT]}),
    "insert once": (
        "POST",
        "/documents",
        {"json_body": {"_id": "late"}, "headers": {"Idempotency-Key": "once"}},
    ),
    "put": ("PUT", "/documents/kept", {"json_body": {"changed": True}}),
    "patch": ("PATCH", "/documents/kept", {"json_body": {"changed": True}}),
    "delete": ("DELETE", "/documents/kept", {}),
}


class Interruption(Recorder):
    """Lets something happen once, just before the command of a number is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.number = -1
        self.event: Callable[[], object] = lambda: None

    def started(self, event: CommandStartedEvent) -> None:
        if len(self.commands) == self.number:
            self.event()
        super().started(event)

    def during(self, send: Callable[[], Answer], number: int, event: Callable[[], object]) -> Answer:
        self.commands.clear()
        self.number, self.event = number, event
        try:
            return send()
        finally:
            self.number = -1

    def look(self, asked: str) -> int:
        """Return the number of the first command that asks who calls."""
        return [next(iter(command.values())) for _, command in self.commands].index(asked)


@pytest.fixture
def interruption(monkeypatch: pytest.MonkeyPatch) -> Interruption:
    interruption = Interruption()
    monkeypatch.setattr(clients, "MongoClient", partial(MongoClient, event_listeners=[interruption]))
    return interruption


@pytest.mark.parametrize(("revoked", "asked"), [("sessions", "account_epochs"), ("api_keys", "api_keys")])
def test_whoever_is_revoked_before_the_look_reads_and_writes_nothing(
    owner: Owner, databases: Databases, interruption: Interruption, revoked: str, asked: str
) -> None:
    token = key_of(owner) if revoked == "api_keys" else owner.token
    credentials, documents = databases.master[revoked], databases.tenants[f"org_{owner.slug}"]
    kept = list(credentials.find())
    process.forget()

    def send(method: str, path: str, parts: dict[str, Any]) -> Answer:
        databases.master["rates"].delete_many({})  # where keys that are not valid are counted
        return owner.service.request(method, owner.path + path, token=token, **parts)

    for name, request in REQUESTS.items():
        number, look = 0, 1
        while number <= look:
            documents.replace_one({"_id": "kept"}, KEPT, upsert=True)
            if not credentials.find_one():
                credentials.insert_many(kept)
            assert send(*REQUESTS["read"]).status == 200
            assert presumed_callers._seen.callers or presumed_callers._seen_keys.callers
            answer = interruption.during(partial(send, *request), number, lambda: credentials.delete_many({}))
            look = interruption.look(asked)
            assert (answer.status, answer.code) == (401, "invalid-token"), (name, number)
            assert list(documents.find()) == [KEPT], (name, number)
            number += 1
        assert look > 0, f"{name}: the caller was asked about first"
