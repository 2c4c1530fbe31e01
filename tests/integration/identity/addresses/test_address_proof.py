"""What it does to an account that somebody shows a link which was mailed to its address."""

from functools import partial
from typing import Any

import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import address_proof
from tenantry.identity.passwords import hash_password
from tenantry.runtime import moments, mongodb
from tests.integration.audit.records import recorded
from tests.support.concurrency import at_once
from tests.support.databases import Databases, failing
from tests.support.owners import PASSWORD, Owner, log_in, tokens
from tests.support.service import Service

CHOSEN = f"{PASSWORD} of the address's owner"


def account_of(owner: Owner) -> AccountDocument:
    account = accounts.find_by_email(owner.email)
    assert account is not None
    return account


@mongodb.in_transaction
def note(session: ClientSession, account: AccountDocument) -> None:
    address_proof.note(account, "verify-email", session)


@mongodb.in_transaction
def take_over(session: ClientSession, account: AccountDocument, password: str = CHOSEN) -> bool:
    return address_proof.take_over(account, hash_password(password), "reset-password", session)


def new_records(databases: Databases, before: int) -> list[tuple[str, Any]]:
    return [(record["action"], record["details"]) for record in recorded(databases)[before:]]


def test_address_is_noted_as_proved_once_and_nothing_else_changes(owner: Owner, databases: Databases) -> None:
    before, account = len(recorded(databases)), account_of(owner)
    note(account)
    noted = account_of(owner)
    assert {**noted, "updated_at": None} == {
        **account,
        "updated_at": None,
        "verified_at": noted["updated_at"],
    }
    assert owner.service.get(owner.path, token=owner.token).status == 200
    note(noted)
    assert account_of(owner) == noted
    assert new_records(databases, before) == [("account.verified", {"purpose": "verify-email"})]


@pytest.mark.parametrize("changed", [{"auth_epoch": 1}, {"email": "other@example.com"}])
def test_proof_of_what_an_account_was_is_none_of_what_it_is(
    owner: Owner, databases: Databases, changed: dict[str, Any]
) -> None:
    outdated = account_of(owner)
    verified = outdated | {"verified_at": moments.now()}
    databases.master["accounts"].update_one({"_id": outdated["_id"]}, {"$set": {**verified, **changed}})
    before = databases.fingerprint()
    note(outdated)
    assert not take_over(verified)
    assert databases.fingerprint() == before


def test_whoever_uses_an_account_without_proof_keeps_nobody_away_by_ending_sessions(
    owner: Owner, databases: Databases
) -> None:
    outdated = account_of(owner)
    for _ in range(3):
        accounts.accounts().update_one({"_id": outdated["_id"]}, {"$inc": {"auth_epoch": 1}})
    assert take_over(outdated)
    taken = account_of(owner)
    assert accounts.is_verified(taken)
    assert taken["auth_epoch"] == outdated["auth_epoch"] + 4


@pytest.mark.parametrize("changed", [{"email": "other@example.com"}, {"verified_at": moments.now()}])
def test_account_that_has_another_address_or_has_just_been_proved_is_not_taken_over(
    owner: Owner, databases: Databases, changed: dict[str, Any]
) -> None:
    outdated = account_of(owner)
    databases.master["accounts"].update_one({"_id": outdated["_id"]}, {"$set": changed})
    before = databases.fingerprint()
    assert not take_over(outdated)
    assert databases.fingerprint() == before


def test_whoever_proves_the_address_by_its_mail_gets_the_account_and_everybody_else_loses_it(
    owner: Owner, service: Service, databases: Databases
) -> None:
    before, account = len(recorded(databases)), account_of(owner)
    known = tokens(service, owner.email)
    assert take_over(account)
    taken = account_of(owner)
    assert accounts.is_verified(taken)
    assert taken["auth_epoch"] == account["auth_epoch"] + 1
    for access_token in (owner.token, known["access_token"]):
        assert service.get(owner.path, token=access_token).status == 401
    assert service.post("/login/refresh", {"refresh_token": known["refresh_token"]}).status == 401
    with_device = {"email": owner.email, "device_token": known["device_token"]}
    assert service.post("/login", with_device | {"password": PASSWORD}).status == 401
    again = service.post("/login", with_device | {"password": CHOSEN}).json
    assert again["device_token"] != known["device_token"]
    assert service.get(owner.path, token=again["access_token"]).status == 200
    assert new_records(databases, before)[1:3] == [
        ("password.reset", {"purpose": "reset-password"}),
        ("account.verified", {"purpose": "reset-password"}),
    ]
    databases.check_invariants()


def test_account_that_is_proved_already_was_so_since_it_was_proved_first(
    owner: Owner, databases: Databases
) -> None:
    note(account_of(owner))
    proved, before = account_of(owner), len(recorded(databases))
    assert take_over(proved)
    assert account_of(owner)["verified_at"] == proved["verified_at"]
    (record,) = recorded(databases)[before:]
    assert record["action"] == "password.reset"
    assert record["actor"] == {"type": "account", "id": proved["_id"]}
    assert record["account_id"] == proved["_id"]


def test_of_proofs_at_once_one_gets_the_account(owner: Owner, service: Service) -> None:
    account = account_of(owner)
    passwords = [f"{CHOSEN} {number}" for number in range(4)]
    outcomes = at_once([partial(take_over, account, password) for password in passwords])
    assert sorted(outcomes) == [False, False, False, True]
    (password,) = [password for password, taken in zip(passwords, outcomes, strict=True) if taken]
    assert log_in(service, owner.email, password=password)


@pytest.mark.parametrize("collection", ["audit", "outbox"])
def test_what_cannot_be_recorded_does_not_happen(owner: Owner, databases: Databases, collection: str) -> None:
    account, before = account_of(owner), databases.dump()
    namespace = f"{databases.master.name}.{collection}"
    with failing(databases.client, "insert", namespace=namespace, errorCode=11601):
        for prove in (note, take_over):
            with pytest.raises(OperationFailure):
                prove(account)
    assert databases.dump() == before
