"""Every change, login and refusal is recorded once, with who asked for it; what did not happen is not."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import bson
import pytest

from tenantry.identity import accounts, refreshing, sessions, throttling
from tenantry.identity.members import Membership
from tenantry.lifecycle import updating
from tenantry.lifecycle.updating import Changes
from tenantry.runtime import moments
from tenantry.runtime.settings import settings
from tests.integration.audit.records import ADDRESS, OPERATOR, actions, of_operator, recorded
from tests.support.command_line import tenantry_json
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document, failing
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, sign_up, tokens
from tests.support.service import Answer, Service

CHANGED = PASSWORD + " changed"
WRONG = "not the password at all"
Request = Callable[[Owner], Answer]


def ask(method: str, path: str, body: Any = None) -> Request:
    """A request with the owner's token; an empty path is the organization's."""

    def send(owner: Owner) -> Answer:
        text = None if body is None else json.dumps(body)
        return owner.service.request(method, path or owner.path, body=text, token=owner.token)

    return send


def log_in(password: str = PASSWORD, organization: str | None = None) -> Request:
    return lambda owner: owner.service.post(
        "/login",
        {"email": owner.email, "password": password}
        | ({"organization": organization} if organization else {}),
    )


def log_out(owner: Owner) -> Answer:
    token = tokens(owner.service, owner.email)["refresh_token"]
    return owner.service.post("/logout", {"refresh_token": token})


def reuse(owner: Owner) -> Answer:
    first = token = tokens(owner.service, owner.email)["refresh_token"]
    for _ in range(refreshing.MAX_REPLACED + 1):
        token = owner.service.post("/login/refresh", {"refresh_token": token}).json["refresh_token"]
    return owner.service.post("/login/refresh", {"refresh_token": first})


def change_password(current: str) -> Request:
    return ask("PUT", "/account/password", {"current_password": current, "new_password": CHANGED})


def suspension(method: str) -> Request:
    return lambda owner: of_operator(owner.service, method, f"/operator/organizations/{owner.id}/suspension")


CHANGES: dict[str, tuple[Request, str, Document]] = {
    "rename": (
        ask("PATCH", "", {"name": "Beta", "metadata": {"plan": "pro"}}),
        "organization.renamed",
        {
            "name": {"from": "Alpha", "to": "Beta"},
            "slug": {"from": "alpha", "to": "beta"},
            "metadata": ["plan"],
        },
    ),
    "change": (
        ask("PATCH", "", {"name": "ALPHA", "metadata": {"plan": "pro", "seats": 5}}),
        "organization.changed",
        {"name": {"from": "Alpha", "to": "ALPHA"}, "metadata": ["plan", "seats"]},
    ),
    "delete": (ask("DELETE", ""), "organization.deleted", {"name": "Alpha", "slug": "alpha"}),
    "password": (change_password(PASSWORD), "password.changed", {}),
    "logout everywhere": (ask("POST", "/logout/everywhere"), "account.logged_out_everywhere", {}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_recorded_with_who_asked_for_it(owner: Owner, databases: Databases, name: str) -> None:
    request, expected, details = CHANGES[name]
    before = len(recorded(databases))
    account = accounts.find_by_email(owner.email)
    assert account is not None
    assert request(owner).status in {200, 204}
    (record,) = recorded(databases)[before:]
    assert record["action"] == expected
    assert record["details"] == details
    assert record["actor"] == {"type": "account", "id": account["_id"]}
    is_of_account = expected.startswith(("account.", "password."))
    assert record["organization_ids"] == ([] if is_of_account else [owner.id])
    assert record.get("account_id") == (account["_id"] if is_of_account else None)
    assert (record["result"], record["source_address"]) == ("success", ADDRESS)
    assert record["at"].tzinfo is not None
    assert abs((moments.now() - record["at"]).total_seconds()) < 60


def test_the_record_names_the_request_that_problem_documents_and_logs_name(owner: Owner) -> None:
    event_id = log_in(WRONG)(owner).json["instance"].rpartition(":")[2]
    shown = owner.service.get(f"{owner.path}/audit?limit=1", token=owner.token).json["records"]
    assert [record["request_id"] for record in shown] == [event_id]


def test_a_sign_up_and_a_login_are_recorded(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Alpha")
    created, logged_in = recorded(databases)[-2:]
    account_id = created["details"]["account_id"]
    assert created["action"] == "organization.created"
    assert created["actor"] == {"type": "anonymous", "id": None}
    assert created["details"] == {"name": "Alpha", "slug": "alpha", "account_id": account_id}
    assert logged_in["action"] == "login.succeeded"
    assert logged_in["actor"] == {"type": "account", "id": account_id}
    assert {*created["organization_ids"], *logged_in["organization_ids"]} == {owner.id}


SESSIONS: dict[str, tuple[Request, int, list[str]]] = {
    "logout": (log_out, 204, ["login.succeeded", "session.ended"]),
    "reuse": (reuse, 401, ["login.succeeded", "session.reused"]),
    "wrong password": (log_in(WRONG), 401, ["login.failed"]),
    "wrong organization": (log_in(PASSWORD, "beta"), 401, ["login.failed"]),
    "wrong current password": (change_password(WRONG), 401, ["password.change_failed"]),
    "suspend": (suspension("PUT"), 204, ["organization.suspended"]),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_what_concerns_sessions_is_recorded(owner: Owner, databases: Databases, name: str) -> None:
    request, status, expected = SESSIONS[name]
    before = len(recorded(databases))
    assert request(owner).status == status
    records = recorded(databases)[before:]
    assert [record["action"] for record in records] == expected
    account = accounts.find_by_email(owner.email)
    assert account is not None
    concerned = {(*record["organization_ids"], record.get("account_id")) for record in records}
    assert concerned <= {(owner.id, None), (account["_id"],)}
    failed = {"login.failed", "password.change_failed", "session.reused"}
    assert all((record["result"] == "failure") is (record["action"] in failed) for record in records)


def test_an_operator_is_recorded_and_what_changes_nothing_is_not(owner: Owner, databases: Databases) -> None:
    before = len(recorded(databases))
    for method in ("PUT", "PUT", "DELETE", "DELETE"):
        assert suspension(method)(owner).status == 204
    suspended, reactivated = recorded(databases)[before:]
    assert suspended["actor"] == reactivated["actor"] == {"type": "operator", "id": OPERATOR}
    assert (suspended["action"], reactivated["action"]) == (
        "organization.suspended",
        "organization.reactivated",
    )


def test_what_did_not_happen_is_not_recorded(owner: Owner, databases: Databases) -> None:
    sign_up(owner.service, "Beta")
    before = actions(databases)
    patch = partial(owner.service.patch, owner.path, token=owner.token)
    assert patch({"name": "Beta"}).status == 409
    assert patch({"name": "Gamma"}, headers={"If-Match": '"7"'}).status == 412
    assert patch({"name": "Alpha"}).status == 200
    taken = {"name": "Alpha", "email": "other@example.com", "password": PASSWORD}
    assert owner.service.post("/organizations", taken).status == 409
    assert change_password("short")(owner).status == 401
    assert actions(databases) == [*before, "sign_up.refused", "password.change_failed"]


def test_a_repeated_creation_is_recorded_once(service: Service, databases: Databases) -> None:
    wanted = {"name": "Alpha", "email": "ada@example.com", "password": PASSWORD}
    for _ in range(3):
        answer = service.post("/organizations", wanted, headers={"Idempotency-Key": "one"})
        assert answer.status == 201
    assert actions(databases).count("organization.created") == 1


def test_attempts_during_a_pause_are_not_recorded(owner: Owner, databases: Databases) -> None:
    statuses = [log_in(WRONG)(owner).status for _ in range(throttling.FREE_FAILURES + 5)]
    assert statuses.count(429) == 5
    assert actions(databases).count("login.failed") == throttling.FREE_FAILURES


def test_failures_of_strangers_concern_nobody_and_are_forgotten(owner: Owner, databases: Databases) -> None:
    stranger = {"email": "nobody@example.com", "password": WRONG}
    assert owner.service.post("/login", stranger).status == 401
    assert log_in(WRONG)(owner).status == 401
    of_stranger, of_owner = recorded(databases)[-2:]
    assert of_stranger["organization_ids"] == of_owner["organization_ids"] == []
    assert ("account_id" in of_stranger, "account_id" in of_owner) == (False, True)
    assert kept_days(of_stranger) == 30
    assert kept_days(of_owner) == 365
    assert "nobody@example.com" not in str(recorded(databases))


def test_a_login_that_the_password_overtakes_is_refused_and_recorded(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_before(monkeypatch, sessions, "identity", lambda: change_password(PASSWORD)(owner))
    assert log_in()(owner).status == 401
    assert actions(databases)[-3:] == ["login.succeeded", "password.changed", "login.failed"]


def test_of_changes_at_once_each_that_succeeds_is_recorded(member: Membership, databases: Databases) -> None:
    """The library's changes, for a handler serves one request at a time."""
    before = len(recorded(databases))
    wanted = [Changes(metadata={f"key{n}": str(n)}) for n in range(4)]
    outcomes = at_once([partial(updating.update, member, changes, lambda _: True) for changes in wanted])
    changes = [record["details"] for record in recorded(databases)[before:]]
    done = [
        {"metadata": [f"key{n}"]} for n, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)
    ]
    assert sorted(changes, key=str) == done
    assert done


def kept_days(record: Document) -> int | None:
    return (record["expires_at"] - record["at"]).days if "expires_at" in record else None


@pytest.mark.parametrize(("days", "kept"), [("7", (7, 7)), ("90", (90, 30)), ("0", (None, 30))])
def test_records_are_kept_as_long_as_is_configured(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch, days: str, kept: Any
) -> None:
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", days)
    settings.cache_clear()
    assert ask("PATCH", "", {"metadata": {"plan": "pro"}})(owner).status == 200
    assert owner.service.post("/login", {"email": "nobody@example.com", "password": WRONG}).status == 401
    settings.cache_clear()
    for collection in ("audit", "outbox"):
        *_, changed, failed = databases.master[collection].find(sort=[("at", 1)])
        assert (kept_days(changed), kept_days(failed)) == kept
        assert databases.master[collection].index_information()["expires_at"]["expireAfterSeconds"] == 0


def test_failures_in_a_row_are_recorded_less_and_less(owner: Owner, databases: Databases) -> None:
    """By whomever they are made, with or without an account."""
    counters = databases.master["login_attempts"]
    for email in (owner.email, "nobody@example.com"):
        before = len(recorded(databases))
        for _ in range(70):
            assert owner.service.post("/login", {"email": email, "password": WRONG}).status == 401
            counters.update_many({}, {"$set": {"blocked_until": moments.now()}})
            counters.update_many({"failures": None}, {"$set": {"expires_at": moments.now()}})
        failures = [record["details"]["failures"] for record in recorded(databases)[before:]]
        assert failures == [*range(1, 11), 16, 32, 64]


def test_no_record_is_long(owner: Owner, databases: Databases) -> None:
    """Of whatever a client may send."""
    long_keys = [f"{number:02}" + "\N{GRINNING FACE}" * 62 for number in range(50)]
    change = {"name": "\N{GRINNING FACE}" * 100, "metadata": dict.fromkeys(long_keys, "x" * 500)}
    slug = {"slug": "a" * 63}
    assert ask("PATCH", "", change | slug)(owner).status == 200
    record = recorded(databases)[-1]
    assert record["details"]["metadata"] == long_keys[:2]
    assert record["details"]["more_metadata"] == 48
    service, token = owner.service, owner.token
    for number in range(12):
        answer = service.post("/organizations", {"name": f"Beta {number}"}, token=token)
        assert answer.status == 201
    assert log_in(WRONG)(owner).status == 401
    assert ask("POST", "/logout/everywhere")(owner).status == 204
    sizes = {record["action"]: len(bson.encode(record)) for record in recorded(databases)}
    assert sizes.pop("organization.renamed") < 1900
    assert max(sizes.values()) < 600


@pytest.mark.parametrize("collection", ["audit", "outbox"])
def test_a_change_that_cannot_be_recorded_does_not_happen(
    owner: Owner, databases: Databases, collection: str
) -> None:
    before = databases.organization(owner.id), actions(databases)
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert ask("PATCH", "", {"metadata": {"plan": "pro"}})(owner).status == 503
        assert log_in(WRONG)(owner).status == 503
        assert log_in()(owner).status == 503
    assert (databases.organization(owner.id), actions(databases)) == before


def test_keys_and_restores_are_recorded_as_the_systems_doing(
    owner: Owner, databases: Databases, tmp_path: Any
) -> None:
    published, *_ = recorded(databases)
    assert (published["action"], published["organization_ids"]) == ("signing_key.published", [])
    tenantry_json("backup", owner.slug, "-o", tmp_path / "archive")
    before = len(recorded(databases))
    restored = tenantry_json("restore", tmp_path / "archive", "--name", "Copy")
    (record,) = recorded(databases)[before:]
    assert record["action"] == "organization.restored"
    assert record["organization_ids"] == [restored["organization_id"]]
    assert record["actor"] == {"type": "system", "id": None}


def test_no_secret_is_recorded(owner: Owner, databases: Databases) -> None:
    given = tokens(owner.service, owner.email)
    change_password(WRONG)(owner)
    reuse(owner)
    change_password(PASSWORD)(owner)
    account = accounts.find_by_email(owner.email)
    assert account is not None
    secrets = [PASSWORD, CHANGED, WRONG, owner.token, given["access_token"], given["refresh_token"]]
    text = str(recorded(databases))
    assert [secret for secret in [*secrets, account["password_hash"], owner.email] if secret in text] == []
