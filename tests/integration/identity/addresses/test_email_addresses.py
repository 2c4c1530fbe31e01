"""One mailbox has one account, however its address is spelled, and how stored addresses become unique."""

import json

import pytest

from tenantry.identity.addresses.email_addresses import folded
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.concurrency import requests_at_once
from tests.support.databases import Databases
from tests.support.killed_command import killed
from tests.support.owners import PASSWORD, email_of, log_in, sign_up
from tests.support.service import Service

COMMANDS_BEFORE = 10  # at least, of `tenantry setup-database`: they create what is missing
SPELLINGS = [
    ("strasse@example.com", "Straße@example.com"),
    ("\u03b1\u03c3@example.com", "\u03b1\u03c2@example.com"),
    ("\u03bcm@example.com", "\u00b5m@example.com"),
    ("office@example.com", "o\ufb03ce@example.com"),
    ("ada@fass.example", "ada@xn--fa-hia.example"),
]


@pytest.mark.parametrize(("spelling", "other_spelling"), SPELLINGS)
def test_mailbox_has_one_account(
    spelling: str, other_spelling: str, service: Service, databases: Databases
) -> None:
    sign_up(service, "Alpha", email=spelling)
    taken = service.post("/organizations", {"name": "Beta", "email": other_spelling, "password": PASSWORD})
    assert (taken.status, taken.code) == (409, "email-taken")
    assert log_in(service, other_spelling)
    databases.check_invariants()


def test_sign_ups_at_once_with_spellings_of_one_mailbox_give_one_account(service: Service) -> None:
    spellings = ["strasse@example.com", "straße@example.com", "STRASSE@example.com", "STRAẞE@example.com"]
    fields = {"password": PASSWORD}
    sent = [fields | {"name": f"Org {number}", "email": email} for number, email in enumerate(spellings)]
    requests = [{"method": "POST", "path": "/organizations", "json_body": body} for body in sent]
    answers = requests_at_once("create_organization", requests)
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]


def test_failures_count_for_the_mailbox(service: Service) -> None:
    spellings = ["strasse@example.com", "Straße@example.com"] * 5
    for email in spellings:
        assert service.post("/login", {"email": email, "password": "wrong"}).status == 401
    assert service.post("/login", {"email": "STRAẞE@example.com", "password": "wrong"}).status == 429


def test_repeated_creation_may_spell_the_address_otherwise(service: Service) -> None:
    wanted = {"name": "Alpha", "email": "Straße@example.com", "password": PASSWORD}
    key = {"Idempotency-Key": "7f0d9a52-4f0e-4d7e-9d3a-0c5f1f6a2b11"}
    first = service.post("/organizations", wanted, headers=key)
    again = service.post("/organizations", wanted | {"email": "strasse@example.com"}, headers=key)
    assert again.apart_from_request_id == first.apart_from_request_id
    assert again.json["account"]["email"] == "Straße@example.com"


def test_quoted_and_overlong_addresses_are_refused_by_name(service: Service) -> None:
    for email, detail in (('"a b"@example.com', "quoted"), ("é" * 33 + "@example.com", "too long")):
        answer = service.post("/organizations", {"name": "Alpha", "email": email, "password": PASSWORD})
        assert answer.status == 422
        ((field, message),) = [(error["field"], error["message"]) for error in answer.json["errors"]]
        assert field == "email"
        assert detail in message


def stored_before(databases: Databases, account_id: str, email: str) -> None:
    """Give an account the address as it was stored when it was only brought to lower case."""
    changes = {"$set": {"email": email}, "$unset": {"address": ""}}
    databases.master["accounts"].update_one({"_id": account_id}, changes)


def test_stored_addresses_are_folded(service: Service, databases: Databases) -> None:
    plain, folded = library.create("Plain"), library.create("Other")
    stored_before(databases, folded.account_id, "straße@example.com")
    assert log_in(service, email_of("Plain"))
    assert service.post("/login", {"email": "straße@example.com", "password": PASSWORD}).status == 401
    assert json.loads(tenantry("verify", "--json").stdout)["violations"][0]["rule"] == "email-canonical"
    before = databases.master["accounts"].find_one({"_id": plain.account_id})
    for changed in ([folded.account_id], []):
        done = tenantry_json("setup-database")["addresses"]
        assert done == {"folded": changed, "collisions": []}
    assert log_in(service, "STRASSE@example.com")
    stored = databases.master["accounts"].find_one({"_id": folded.account_id})
    assert stored is not None
    assert (stored["email"], stored["address"]) == ("strasse@example.com", "straße@example.com")
    assert databases.master["accounts"].find_one({"_id": plain.account_id}) == before
    assert tenantry("verify").exit_code == 0


def test_of_stored_addresses_that_collide_none_is_taken_from_its_account(
    service: Service, databases: Databases
) -> None:
    members = [library.create(name) for name in ("Alpha", "Beta", "Gamma")]
    for member, email in zip(
        members, ["strasse@x.example", "straße@x.example", "\u03c3\u03c2@x.example"], strict=True
    ):
        stored_before(databases, member.account_id, email)
    ids = [member.account_id for member in members]
    result = tenantry("setup-database", "--json")
    collisions = [{"account_id": ids[1], "holder_id": ids[0]}]
    assert json.loads(result.stdout)["addresses"] == {"folded": [ids[2]], "collisions": collisions}
    assert result.exit_code == 1
    assert ids[0] in result.stderr
    assert ids[1] in result.stderr
    stored = {account["_id"]: account["email"] for account in databases.master["accounts"].find()}
    assert stored == dict(
        zip(ids, ["strasse@x.example", "straße@x.example", "\u03c3\u03c3@x.example"], strict=True)
    )
    assert log_in(service, "strasse@x.example", members[0].organization_id)
    stored_before(databases, ids[1], "beta@x.example")
    assert tenantry_json("setup-database")["addresses"]["collisions"] == []


def test_address_that_changes_under_the_hands_stays_changed(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = library.create("Alpha")
    stored_before(databases, member.account_id, "straße@example.com")

    def overtaken(address: str) -> str:
        stored_before(databases, member.account_id, "ada@example.com")
        return folded(address)

    monkeypatch.setattr("cli.folded_addresses.folded", overtaken)
    assert tenantry_json("setup-database")["addresses"] == {"folded": [], "collisions": []}
    account = databases.master["accounts"].find_one({"_id": member.account_id})
    assert account is not None
    assert account["email"] == "ada@example.com"
    assert "address" not in account


@pytest.mark.own_databases
def test_folding_that_is_killed_is_completed_by_the_next(databases: Databases) -> None:
    members = [library.create(f"Org {number}") for number in range(3)]
    before = {member.account_id: f"straße@{number}.example" for number, member in enumerate(members)}
    done = [0]
    while done[-1] < len(before):
        for account_id, email in before.items():
            stored_before(databases, account_id, email)
        assert killed(COMMANDS_BEFORE + len(done), "setup-database")
        stored = list(databases.master["accounts"].find())
        assert {account.get("address", account["email"]) for account in stored} == set(before.values())
        assert all(("address" in account) == account["email"].startswith("strasse") for account in stored)
        done.append(sum("address" in account for account in stored))
    assert sorted(set(done)) == [0, 1, 2, 3]
    stored_before(databases, members[0].account_id, before[members[0].account_id])
    assert tenantry_json("setup-database")["addresses"]["folded"] == [members[0].account_id]
    assert tenantry("verify").exit_code == 0
