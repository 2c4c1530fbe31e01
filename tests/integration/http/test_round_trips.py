"""What the functions ask MongoDB: how often, and which database."""

from collections.abc import Callable
from typing import Any

from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.recorder import Recorder
from tests.support.service import Answer, Service


def test_authenticated_request_is_one_round_trip_to_the_master_database(
    recorder: Recorder, service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Alpha")
    assert service.get(owner.path, token=owner.token).status == 200
    for path in (owner.path, "/organizations/alpha"):
        recorder.commands.clear()
        assert service.get(path, token=owner.token).status == 200
        ((database, command),) = recorder.commands
        assert database == databases.master.name
        assert next(iter(command)) == "aggregate"


def trips(recorder: Recorder, request: Callable[[], Answer], status: int) -> list[tuple[str, str]]:
    """Return database and name of the commands that a request takes."""
    recorder.commands.clear()
    answer = request()
    assert answer.status == status, answer.text
    return [(database, next(iter(command))) for database, command in recorder.commands]


def test_documents_are_read_in_two_round_trips_and_written_in_three(
    recorder: Recorder, service: Service, databases: Databases
) -> None:
    """As a member, with an API key, and, in one round trip more, with one where key and owner have a rate."""
    owner = sign_up(service, "Alpha")
    path = f"{owner.path}/documents"
    service.post(path, [{"_id": "a"}, *({"n": number} for number in range(150))], token=owner.token)
    key, key_with_rate = key_of(owner), key_of(owner, requests_per_minute=1000)
    rates = (databases.master.name, "update")
    check_round_trips(recorder, owner, databases, owner.token, [])
    check_round_trips(recorder, owner, databases, key, [])
    limits = {"limits": {"requests_per_minute": 2000}}
    databases.master["organizations"].update_one({"_id": owner.id}, {"$set": limits})
    check_round_trips(recorder, owner, databases, key_with_rate, [rates])


def key_of(owner: Owner, **fields: Any) -> str:
    wanted = {"name": "Import", "scopes": ["documents:write", "indexes"]} | fields
    return str(owner.service.post(f"{owner.path}/keys", wanted, token=owner.token).json["key"])


def check_round_trips(
    recorder: Recorder, owner: Owner, databases: Databases, token: str, before: list[tuple[str, str]]
) -> None:
    service, path = owner.service, f"{owner.path}/documents"
    service.get(path, token=token)
    service.delete(f"{path}/c", token=token)
    master, tenants = databases.master.name, databases.tenants.name
    look, commit = (master, "aggregate"), ("admin", "commitTransaction")

    def read(command: str) -> list[tuple[str, str]]:
        return [(tenants, command), look]

    def written(*commands: str) -> list[tuple[str, str]]:
        return [*((tenants, command) for command in commands), look, commit]

    requests: list[tuple[Callable[[], Answer], int, list[tuple[str, str]]]] = [
        (lambda: service.get(f"{path}/a", token=token), 200, read("find")),
        (lambda: service.get(f"{path}/missing", token=token), 404, read("find")),
        (lambda: service.get(path, token=token), 200, read("aggregate")),
        (lambda: service.get(f"{owner.path}/count", token=token), 200, read("aggregate")),
        (lambda: service.get(f"{owner.path}/indexes", token=token), 200, read("listIndexes")),
        (lambda: service.post(path, {"_id": "b"}, token=token), 201, written("insert")),
        (lambda: service.put(f"{path}/c", {}, token=token), 201, written("find", "insert")),
        (lambda: service.put(f"{path}/b", {"x": 1}, token=token), 200, written("find", "update")),
        (lambda: service.patch(f"{path}/b", {"x": 2}, token=token), 200, written("find", "update")),
        (lambda: service.delete(f"{path}/b", token=token), 204, written("find", "delete")),
        (lambda: service.get(f"{path}?filter=x", token=token), 422, [look]),
    ]
    for request, status, commands in requests:
        assert trips(recorder, request, status) == [*before, *commands]


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


def test_login_waits_for_the_majority_once(recorder: Recorder, service: Service) -> None:
    owner = sign_up(service, "Alpha")
    recorder.commands.clear()
    assert log_in(service, owner.email)
    waiting = [
        (next(iter(command)), command["writeConcern"])
        for _, command in recorder.commands
        if "writeConcern" in command
    ]
    count = ("update", {"w": 1})
    assert waiting == [count, count, ("commitTransaction", {"w": "majority"})]
    assert len(recorder.commands) == 10


def test_refresh_is_two_round_trips(recorder: Recorder, service: Service) -> None:
    owner = sign_up(service, "Alpha")
    token = tokens(service, owner.email)["refresh_token"]
    recorder.commands.clear()
    assert service.post("/login/refresh", {"refresh_token": token}).status == 200
    assert [next(iter(command)) for _, command in recorder.commands] == ["findAndModify", "aggregate"]


def test_account_and_its_sessions_are_one_round_trip_each_beside_the_token(
    recorder: Recorder, service: Service
) -> None:
    owner = sign_up(service, "Alpha")
    service.get("/account", token=owner.token)
    for path in ("/account", "/account/sessions"):
        recorder.commands.clear()
        assert service.get(path, token=owner.token).status == 200
        assert [next(iter(command)) for _, command in recorder.commands] == ["aggregate", "aggregate"]


def test_refused_login_asks_and_records_the_same_whether_there_is_an_account(
    recorder: Recorder, service: Service
) -> None:
    owner = sign_up(service, "Alpha")
    sent = []
    for email in (owner.email, "nobody@example.com"):
        recorder.commands.clear()
        assert service.post("/login", {"email": email, "password": "wrong"}).status == 401
        sent.append(
            [(name, command[name]) for _, command in recorder.commands for name in [next(iter(command))]]
        )
    assert sent[0] == sent[1]
    assert ("insert", "audit") in sent[0]


def test_keys_are_read_once(recorder: Recorder, service: Service) -> None:
    owner = sign_up(service, "Alpha")
    recorder.commands.clear()
    for _ in range(5):
        service.get(owner.path, token=owner.token)
    assert [command for _, command in recorder.commands if command.get("find") == "signing_keys"] == []


def test_health_reads_once(recorder: Recorder, service: Service) -> None:
    service.get("/health")
    recorder.commands.clear()
    assert service.get("/health").status == 200
    assert [next(iter(command)) for _, command in recorder.commands] == ["find"]
