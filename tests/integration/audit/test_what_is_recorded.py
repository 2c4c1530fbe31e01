"""Every change, login and refusal is recorded once, with who asked for it; what did not happen is not."""

import os
import pwd
from functools import partial
from typing import Any

import pytest

from tenantry.identity import accounts, sessions
from tenantry.identity.members import Membership
from tenantry.lifecycle import updating
from tenantry.lifecycle.updating import Changes
from tenantry.runtime import moments
from tests.integration.audit.records import ADDRESS, OPERATOR, actions, of_operator, recorded
from tests.integration.audit.requests import (
    CHANGED,
    WRONG,
    Request,
    ask,
    change_password,
    confirm,
    end_another_session,
    log_in,
    log_out,
    reuse,
    switch,
)
from tests.support.command_line import tenantry_json
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document, failing
from tests.support.overtaking import once_before
from tests.support.owners import PASSWORD, Owner, sign_up, tokens
from tests.support.service import Service


def suspension(method: str) -> Request:
    return lambda owner: of_operator(owner.service, method, f"/operator/organizations/{owner.id}/suspension")


CHANGES: dict[str, tuple[Request, str, Document]] = {
    "rename": (
        ask("PATCH", "", {"name": "Beta", "metadata": {"color": "green"}}),
        "organization.renamed",
        {
            "name": {"from": "Alpha", "to": "Beta"},
            "slug": {"from": "alpha", "to": "beta"},
            "metadata": ["color"],
        },
    ),
    "change": (
        ask("PATCH", "", {"name": "ALPHA", "metadata": {"color": "green", "desks": 5}}),
        "organization.changed",
        {"name": {"from": "Alpha", "to": "ALPHA"}, "metadata": ["color", "desks"]},
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
    (record,) = (made for made in recorded(databases)[before:] if made["action"] != "organization.erased")
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
    "another session": (end_another_session, 204, ["login.succeeded", "session.ended"]),
    "reuse": (reuse, 401, ["login.succeeded", "session.reused"]),
    "confirmation": (confirm(PASSWORD), 200, ["login.confirmed"]),
    "wrong confirmation": (confirm(WRONG), 401, ["login.confirmation_failed"]),
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
    failed = {"login.failed", "login.confirmation_failed", "password.change_failed", "session.reused"}
    assert all((record["result"] == "failure") is (record["action"] in failed) for record in records)


def test_a_switch_is_recorded_in_each_organization(owner: Owner, databases: Databases) -> None:
    assert switch(owner).status == 200
    switched = [record for record in recorded(databases) if record["action"] == "session.switched"]
    second = databases.master["organizations"].find_one({"slug": "second"})
    assert second is not None
    directions = [(record["organization_ids"], record["details"]["direction"]) for record in switched]
    assert directions == [
        ([owner.id], "out"),
        ([second["_id"]], "in"),
        ([second["_id"]], "out"),
        ([owner.id], "in"),
    ]
    assert {record["actor"]["type"] for record in switched} == {"account"}


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


@pytest.mark.parametrize("collection", ["audit", "outbox"])
def test_a_change_that_cannot_be_recorded_does_not_happen(
    owner: Owner, databases: Databases, collection: str
) -> None:
    before = databases.organization(owner.id), actions(databases)
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        assert ask("PATCH", "", {"metadata": {"color": "green"}})(owner).status == 503
        assert log_in(WRONG)(owner).status == 503
        assert log_in()(owner).status == 503
    assert (databases.organization(owner.id), actions(databases)) == before


def test_keys_are_the_systems_doing_and_restores_whose_who_runs_the_command(
    owner: Owner, databases: Databases, tmp_path: Any
) -> None:
    published, *_ = recorded(databases)
    assert (published["action"], published["organization_ids"]) == ("signing_key.published", [])
    assert published["actor"] == {"type": "system", "id": None}
    tenantry_json("backup", owner.slug, "-o", tmp_path / "archive")
    before = len(recorded(databases))
    restored = tenantry_json("restore", tmp_path / "archive", "--name", "Copy")
    (record,) = recorded(databases)[before:]
    assert record["action"] == "organization.restored"
    assert record["organization_ids"] == [restored["organization_id"]]
    user = pwd.getpwuid(os.getuid()).pw_name
    assert record["actor"] == {"type": "operator", "id": f"tenantry:{user}"}


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
