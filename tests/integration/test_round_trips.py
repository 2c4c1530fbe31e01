"""What the functions ask MongoDB: how often, which database, and always through an index."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tenantry import database, outbox
from tenantry.settings import settings
from tenantry.tenants import TenantCollection
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, log_in, sign_up
from tests.support.recorder import Recorder, recording
from tests.support.rotation import SigningKeySecret
from tests.support.service import Service

QUERIES = {"find", "aggregate", "update", "delete", "findAndModify", "count", "distinct"}
EXPLAINABLE = {
    "find": ("find", "filter", "sort", "limit", "batchSize", "singleBatch"),
    "aggregate": ("aggregate", "pipeline", "cursor"),
    "update": ("update", "updates"),
    "delete": ("delete", "deletes"),
    "findAndModify": ("findAndModify", "query", "update", "new", "upsert", "remove"),
}


@pytest.fixture
def recorder(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """The commands of the library, from the next process on."""
    with recording(monkeypatch) as recorder:
        yield recorder


def test_authenticated_request_is_one_round_trip_to_the_master_database(
    recorder: Recorder, service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Alpha")
    assert service.get(owner.path, token=owner.token).status == 200
    for path in (owner.path, "/organizations/alpha"):
        recorder.commands.clear()
        assert service.get(path, token=owner.token).status == 200
        ((its_database, command),) = recorder.commands
        assert its_database == databases.master.name
        assert next(iter(command)) == "aggregate"


def test_request_that_is_refused_before_it_needs_the_database_does_not_ask_it(
    recorder: Recorder, service: Service
) -> None:
    owner = sign_up(service, "Alpha")
    service.get(owner.path, token=owner.token)
    recorder.commands.clear()
    assert service.get(owner.path).status == 401
    assert service.get(owner.path, token="nonsense").status == 401
    assert service.patch(owner.path, body="{").status == 400
    assert service.post("/login", {"email": "nobody", "password": PASSWORD}).status == 422
    assert recorder.commands == []


def test_login_counts_address_and_source_in_one_round_trip_and_forgets_in_another(
    recorder: Recorder, service: Service
) -> None:
    owner = sign_up(service, "Alpha")
    recorder.commands.clear()
    assert log_in(service, owner.email)
    counting = [command for _, command in recorder.commands if "login_attempts" in command.values()]
    assert [(next(iter(command)), len(command["updates"])) for command in counting] == [("update", 2)] * 2


def test_keys_are_read_once(recorder: Recorder, service: Service) -> None:
    owner = sign_up(service, "Alpha")
    recorder.commands.clear()
    for _ in range(5):
        service.get(owner.path, token=owner.token)
    assert [command for _, command in recorder.commands if command.get("find") == "signing_keys"] == []


def test_health_asks_for_a_sign_of_life(recorder: Recorder, service: Service) -> None:
    recorder.commands.clear()
    assert service.get("/health").status == 200
    assert [next(iter(command)) for _, command in recorder.commands] == ["ping"]


def test_every_query_on_the_master_database_uses_an_index(
    recorder: Recorder, service: Service, signing_key: SigningKeySecret, databases: Databases
) -> None:
    live(service, signing_key)
    for name in database.INDEXES:
        databases.master[name].insert_one({"_id": "one, so that there is something to plan for", **unique()})
    asked = [
        query
        for its_database, command in recorder.commands
        if its_database == databases.master.name and next(iter(command)) in QUERIES
        for query in queries_of(command)
    ]
    assert {command[next(iter(command))] for command in asked} >= set(database.INDEXES)
    scans = [command for command in asked if has_scan(explain(databases, command))]
    assert scans == []


def test_explanation_tells_a_scan(databases: Databases) -> None:
    databases.master["accounts"].insert_one({"_id": 1})
    assert has_scan(explain(databases, {"find": "accounts", "filter": {"no": "index"}}))
    lookup = {"from": "accounts", "localField": "a", "foreignField": "no_index", "as": "b"}
    joined = {
        "aggregate": "accounts",
        "pipeline": [{"$match": {"_id": 1}}, {"$lookup": lookup}],
        "cursor": {},
    }
    assert has_scan(explain(databases, joined))


def live(service: Service, signing_key: SigningKeySecret) -> None:
    """Use every route and operation once."""
    owner = sign_up(service, "Alpha")
    service.post("/organizations", {"name": "Second"}, token=owner.token, headers={"Idempotency-Key": "1"})
    service.post("/organizations", {"name": "Second"}, token=owner.token, headers={"Idempotency-Key": "1"})
    service.patch(owner.path, {"name": "Beta"}, token=owner.token)
    service.patch(owner.path, {"metadata": {"plan": "pro"}}, token=owner.token)
    page = service.get(f"{owner.path}/audit?limit=1", token=owner.token).json
    service.get(f"{owner.path}/audit?cursor={page['next_cursor']}", token=owner.token)
    service.post("/login", {"email": owner.email, "password": "wrong"})
    tokens = service.post(
        "/login", {"email": owner.email, "password": PASSWORD, "organization": owner.id}
    ).json
    service.post("/login/refresh", {"refresh_token": tokens["refresh_token"]})
    change = {"current_password": PASSWORD, "new_password": PASSWORD + " changed"}
    service.put("/account/password", change, token=owner.token)
    TenantCollection(owner.id).insert_one({"text": "hello"})
    service.get("/.well-known/jwks.json")
    publish()
    signing_key.rotate()
    token = log_in(service, owner.email, owner.id, PASSWORD + " changed")
    assert service.delete(owner.path, token=token).status == 204


def publish() -> None:
    with pytest.MonkeyPatch.context() as patch:
        bus = boto3.client("events").create_event_bus(Name="records")
        patch.setenv("EVENT_BUS", bus["EventBusArn"])
        settings.cache_clear()
        outbox.age_seconds()
        assert outbox.publish().published > 0
    settings.cache_clear()


def unique() -> Document:
    return {
        field: f"unique {field}"
        for field in ("slugs", "collection", "email", "organization_id", "account_id")
    }


def queries_of(command: Document) -> list[Document]:
    """Return a command for each of its updates, since the server explains no more than one."""
    return [command | {"updates": [one]} for one in command.get("updates", ())] or [command]


def explain(databases: Databases, command: Document) -> Document:
    kind = next(iter(command))
    plain = {part: command[part] for part in EXPLAINABLE[kind] if part in command}
    found: Document = databases.master.command(
        {"explain": plain, "verbosity": "executionStats"}, codec_options=databases.master.codec_options
    )
    return found


def has_scan(explanation: Any) -> bool:
    """Tell whether anything in an explanation scans a collection."""
    if isinstance(explanation, dict):
        if explanation.get("stage") == "COLLSCAN" or int(explanation.get("collectionScans", 0)) > 0:
            return True
        return any(has_scan(part) for part in explanation.values())
    return isinstance(explanation, list) and any(has_scan(part) for part in explanation)
