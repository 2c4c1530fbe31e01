"""Each receipt gets one signature, which anybody with the public key checks, and which nothing else has."""

import json
from datetime import timedelta
from functools import partial
from itertools import chain, count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from pymongo.errors import AutoReconnect

from tenantry.errors import InvalidToken
from tenantry.identity import tokens
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.lifecycle import deleting
from tenantry.lifecycle.receipts import keys, signing
from tenantry.lifecycle.receipts.adding import receipts
from tenantry.lifecycle.reconciling import reconcile
from tenantry.runtime import process
from tenantry.tenants import TenantCollection
from tests.integration.audit.records import of_operator
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.service import Service


def erase(name: str) -> str:
    member = library.create(name)
    TenantCollection(member.organization_id).insert_one({"_id": 1})
    deleting.delete(member)
    return member.organization_id


def violations() -> set[str]:
    result = tenantry("verify", "--older-than", "0", "--json")
    return {violation["rule"] for violation in json.loads(result.stdout)["violations"]}


def test_receipt_is_signed_once_whoever_signs(
    receipt_key: str, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(1_700_000_000)  # or two signatures within a second would be the same
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=partial(next, seconds)))
    erased = {erase("Google"), erase("Amazon")}
    signed = at_once([signing.sign_waiting] * 4)
    assert sorted(chain.from_iterable(signed)) == sorted(receipt["_id"] for receipt in receipts().find())
    events = list(databases.master["outbox"].find({"action": "receipt.signed"}))
    said = [signing.verify(event["details"]["signed"], keys.find_all()) for event in events]
    assert {receipt["sub"] for receipt in said} == erased
    assert [receipt["documents"] for receipt in said] == [1, 1]
    assert signing.sign_waiting() == []
    assert receipts().count_documents({"unsigned_since": {"$exists": True}}) == 0
    assert violations() == set()


def test_kill_between_key_and_signature_loses_nothing(
    receipt_key: str, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase("Google")

    def die(*_: Any) -> None:
        raise AutoReconnect("killed")

    with monkeypatch.context() as patch:
        patch.setattr(signing, "_store", die)
        assert reconcile(timedelta()).failed == ["receipts"]
    process.forget()
    (signed,) = reconcile(timedelta()).signed
    assert databases.master["receipt_keys"].count_documents({}) == 1
    assert reconcile(timedelta()).signed == []
    assert receipts().find_one({"_id": signed})


def test_receipts_of_an_earlier_key_stay_good(receipt_key: str, databases: Databases) -> None:
    erase("Google")
    signing.sign_waiting()
    boto3.client("secretsmanager").put_secret_value(SecretId=receipt_key, SecretString="x" * 64)
    process.forget()
    erase("Amazon")
    signing.sign_waiting()
    assert len(keys.find_all()) == 2
    for receipt in receipts().find():
        assert signing.verify(receipt["signed"], keys.find_all())["jti"] == receipt["_id"]


def test_nobody_signs_where_no_key_is_configured(databases: Databases) -> None:
    erase("Google")
    assert reconcile(timedelta()).signed == []
    assert violations() == set()


def test_neither_key_signs_what_the_other_does(receipt_key: str, databases: Databases) -> None:
    erase("Google")
    signing.sign_waiting()
    (receipt,) = receipts().find()
    (jwk,) = keys.find_all()
    with pytest.raises(InvalidToken):
        tokens.verify(receipt["signed"], lambda _: jwk)
    private = keys.read_private()
    assert private is not None
    token = tokens.issue(
        private,
        session_id="s",
        account_id="a",
        organization=None,
        epoch=0,
        authenticated_at=receipt["erased_at"],
    )
    with pytest.raises(signing.InvalidReceipt):
        signing.verify(token, [jwk])
    with pytest.raises(signing.InvalidReceipt):
        signing.verify(receipt["signed"], [SigningKey.generate().public_jwk])
    with pytest.raises(signing.InvalidReceipt):
        signing.verify(receipt["signed"], [SigningKey.generate().public_jwk | {"kid": jwk["kid"]}])
    for text in ("", "a.b.c", receipt["signed"][:-5] + "AAAAA", receipt["signed"] + "="):
        with pytest.raises(signing.InvalidReceipt):
            signing.verify(text, [jwk])


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"documents": 2}, "receipt-genuine"),
        ({"organization_id": "org_another"}, "receipt-genuine"),
        ({"erased_at": None}, "receipt-genuine"),
        ({"signed": "a.b.c"}, "receipt-genuine"),
        ({"signed": None}, "receipt-signed"),
    ],
)
def test_verify_names_a_receipt_that_somebody_has_edited(
    changes: dict[str, Any], rule: str, receipt_key: str, databases: Databases
) -> None:
    erase("Google")
    signing.sign_waiting()
    databases.master["receipts"].update_one({}, {"$set": changes})
    assert violations() == {rule}


def test_verify_names_receipts_without_signature_and_of_what_is_there(
    receipt_key: str, databases: Databases
) -> None:
    erase("Google")
    signing.sign_waiting()
    erase("Amazon")
    waiting = {"unsigned_since": {"$exists": True}}
    databases.master["receipts"].update_one(
        waiting, [{"$set": {"unsigned_since": {"$subtract": ["$unsigned_since", 2 * 3_600_000]}}}]
    )
    there = library.create("There").organization_id
    databases.master["receipts"].update_one(waiting, {"$set": {"organization_id": there}})
    assert violations() == {"receipt-signed", "receipt-of-the-erased"}


def test_operator_lists_receipts_and_verifies_one_offline(
    receipt_key: str, service: Service, tmp_path: Path
) -> None:
    ids = [erase(name) for name in ("Google", "Amazon", "Apple")]
    signing.sign_waiting()
    listed: list[Any] = []
    query = "?limit=2"
    while query:
        page = of_operator(service, "GET", f"/operator/receipts{query}").json
        listed += page["receipts"]
        query = f"?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert [receipt["organization_id"] for receipt in listed] == ids[::-1]
    assert tenantry_json("receipts", "list") == {"receipts": listed, "keys": page["keys"]}
    assert ids[0] in tenantry("receipts", "list").stdout
    path = f"/operator/receipts?organization={ids[0]}"
    assert of_operator(service, "GET", path).json["receipts"] == listed[2:]
    assert tenantry_json("receipts", "list", "--organization", ids[0])["receipts"] == listed[2:]
    receipt, key_set = tmp_path / "receipt", tmp_path / "keys"
    receipt.write_text(listed[0]["signed"] + "\n")
    key_set.write_text(tenantry("receipts", "keys").stdout)
    check = partial(tenantry, "receipts", "verify", receipt, "--keys", key_set)
    assert check().exit_code == 0
    assert ids[2] in check().stdout
    receipt.write_text(listed[0]["signed"].replace(".", ".e30", 1))
    assert check().exit_code == 1
    key_set.write_text("[]")
    assert check().exit_code == 2
