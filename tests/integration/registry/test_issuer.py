"""Two stacks that are given one master database: the second is refused and takes nothing from the first."""

import io
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tenantry.errors import ServiceUnavailable
from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.registry import issuer
from tenantry.runtime import moments, mongodb, process
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in
from tests.support.rotation import STEPS, SigningKeySecret
from tests.support.service import LambdaContext, handler

FIRST, SECOND = "urn:tenantry", "urn:tenantry:second"
PUBLISH = """
import sys
from tenantry.identity.keys import public_keys
public_keys.publish({"kid": sys.argv[1]}, None)
"""

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@contextmanager
def stack(token_issuer: str) -> Iterator[None]:
    """Be a process of another stack, which has just started."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TOKEN_ISSUER", token_issuer)
        with library.fresh_process():
            yield


@pytest.fixture
def second_secret(signing_key: SigningKeySecret) -> SigningKeySecret:
    """The signing key's secret of the second stack."""
    return SigningKeySecret(signing_key.client, f"second-{uuid.uuid4().hex}")


def issuers(databases: Databases) -> dict[str, str | None]:
    return {key["_id"]: key.get("iss") for key in databases.master["signing_keys"].find()}


def without_issuers(databases: Databases) -> None:
    """Store keys as they were before they had issuers."""
    databases.master["issuer"].delete_many({})
    databases.master["signing_keys"].update_many({}, {"$unset": {"iss": 1}})


def let_time_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a minute does to the answer whose the database is."""
    assert issuer._answer is not None
    outdated = issuer._answer._replace(at=issuer._answer.at - issuer.CACHE_SECONDS - 1)
    monkeypatch.setattr(issuer, "_answer", outdated)


def test_the_first_key_makes_the_database_its_issuers(
    signing_key: SigningKeySecret, databases: Databases
) -> None:
    (issuer,) = databases.master["issuer"].find()
    assert issuer["iss"] == FIRST
    assert issuers(databases) == {signing_key.key_id: FIRST}


def test_rotation_of_a_second_stack_fails_and_changes_nothing(
    owner: Owner, second_secret: SigningKeySecret, databases: Databases
) -> None:
    before = databases.fingerprint()
    with stack(SECOND):
        version = second_secret.rotate(steps=STEPS[:1])
        for _ in range(2):
            with pytest.raises(RuntimeError, match=f"belongs to the issuer {FIRST}, .*--issuer {SECOND}`"):
                second_secret.rotate(version, STEPS[1:])
    assert databases.fingerprint() == before
    with library.fresh_process():
        assert owner.service.get(owner.path, token=owner.token).status == 200
        assert owner.service.get(owner.path, token=log_in(owner.service, owner.email)).status == 200


def test_functions_of_a_second_stack_are_unavailable_and_change_nothing(
    owner: Owner, databases: Databases, log: io.StringIO
) -> None:
    before = databases.fingerprint()
    sign_up = {"name": "Beta", "email": "owner@beta.example", "password": PASSWORD}
    with stack(SECOND):
        answers = [
            owner.service.post("/organizations", sign_up),
            owner.service.post("/login", {"email": owner.email, "password": PASSWORD}),
            owner.service.get(owner.path, token=owner.token),
            owner.service.get("/.well-known/jwks.json"),
            owner.service.get("/health"),
        ]
        for function in (
            "reconcile",
            "publish_events",
            "send_mail",
            "move_organization",
            "measure_usage",
            "roll_out",
        ):
            with pytest.raises(ServiceUnavailable):
                handler(function)({}, LambdaContext(function))
    assert [(answer.status, answer.code) for answer in answers] == [(503, "service-unavailable")] * 5
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert databases.fingerprint() == before
    assert log.getvalue().count(f"belongs to the issuer {FIRST}, and this is the issuer {SECOND}") == 11


def test_whose_the_database_is_is_asked_once_a_minute(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert owner.service.get("/health").status == 200
    databases.master["issuer"].update_one({}, {"$set": {"iss": SECOND}})
    assert owner.service.get("/health").status == 200
    let_time_pass(monkeypatch)
    assert owner.service.get("/health").status == 503
    databases.master["issuer"].update_one({}, {"$set": {"iss": FIRST}})
    assert owner.service.get("/health").status == 503
    let_time_pass(monkeypatch)
    assert owner.service.get("/health").status == 200


def test_a_refused_connection_string_is_read_again(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.master["issuer"].update_one({}, {"$set": {"iss": SECOND}})
    let_time_pass(monkeypatch)
    assert owner.service.get("/health").status == 503
    refused = mongodb.client()
    assert owner.service.get("/health").status == 503
    assert mongodb.client() is refused
    let_time_pass(monkeypatch)
    assert owner.service.get("/health").status == 503
    assert mongodb.client() is not refused


def test_another_connection_is_asked_again(owner: Owner, databases: Databases) -> None:
    assert owner.service.get("/health").status == 200
    databases.master["issuer"].update_one({}, {"$set": {"iss": SECOND}})
    mongodb.close()
    assert owner.service.get("/health").status == 503


def test_keys_without_an_issuer_become_the_one_of_who_signs_with_them(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases
) -> None:
    without_issuers(databases)
    with library.fresh_process():
        assert owner.service.get(owner.path, token=owner.token).status == 200
    old_key = signing_key.key_id
    signing_key.rotate()
    assert issuers(databases) == {old_key: FIRST, signing_key.key_id: FIRST}
    (retired,) = databases.master["signing_keys"].find({"not_after": {"$ne": None}})
    assert retired["_id"] == old_key
    with library.fresh_process():
        assert owner.service.get(owner.path, token=owner.token).status == 200


def test_keys_without_an_issuer_do_not_become_a_second_stacks(
    owner: Owner, second_secret: SigningKeySecret, databases: Databases
) -> None:
    without_issuers(databases)
    before = databases.fingerprint()
    with stack(SECOND), pytest.raises(RuntimeError, match="belongs to whoever signs with"):
        second_secret.rotate()
    assert databases.fingerprint() == before


def test_keys_of_another_issuer_are_neither_accepted_nor_retired(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases
) -> None:
    foreign = SigningKey.generate()
    document = {"_id": foreign.kid, "jwk": foreign.public_jwk, "iss": SECOND, "created_at": moments.now()}
    databases.master["signing_keys"].insert_one(document)
    process.forget()
    assert public_keys.find_key(foreign.kid) is None
    assert foreign.public_jwk not in public_keys.all_keys()
    signing_key.rotate()
    assert databases.master["signing_keys"].find_one({"_id": foreign.kid}) == document
    result = tenantry("verify", "--json")
    assert result.exit_code == 1
    (violation,) = json.loads(result.stdout)["violations"]
    assert (violation["rule"], foreign.kid in violation["detail"]) == ("signing-key-of-the-issuer", True)


def test_of_stacks_that_start_at_once_one_gets_the_database(databases: Databases) -> None:
    for _ in range(3):
        databases.master.drop_collection("issuer")
        databases.master["signing_keys"].delete_many({})
        processes = {
            name: subprocess.Popen(
                [sys.executable, "-c", PUBLISH, name],
                env=os.environ | {"TOKEN_ISSUER": name, "PYTHONPATH": str(Path(issuer.__file__).parents[2])},
                stderr=subprocess.PIPE,
                text=True,
            )
            for name in (FIRST, SECOND)
        }
        errors = {name: process.communicate()[1] for name, process in processes.items()}
        (winner,) = [name for name, process in processes.items() if process.returncode == 0]
        (loser,) = {FIRST, SECOND} - {winner}
        assert f"belongs to the issuer {winner}" in errors[loser]
        assert issuers(databases) == {winner: winner}


def test_a_database_is_handed_over(
    owner: Owner, second_secret: SigningKeySecret, signing_key: SigningKeySecret, databases: Databases
) -> None:
    for _ in range(2):
        assert tenantry_json("setup-database", "--issuer", SECOND)["issuer"] == SECOND
    with stack(SECOND), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SIGNING_KEY_SECRET_ARN", second_secret.arn)
        process.forget()
        second_secret.rotate()
        token = log_in(owner.service, owner.email)
        assert owner.service.get(owner.path, token=token).status == 200
        assert owner.service.get(owner.path, token=owner.token).status == 401
    assert issuers(databases) == {second_secret.key_id: SECOND}
    assert tenantry_json("verify")["violations"] == []
    with library.fresh_process():
        assert owner.service.get(owner.path, token=owner.token).status == 503
        with pytest.raises(RuntimeError, match=f"belongs to the issuer {SECOND}"):
            signing_key.rotate()


def test_setting_up_hands_nothing_over(owner: Owner, databases: Databases) -> None:
    before = issuers(databases)
    assert tenantry_json("setup-database")["issuer"] == FIRST
    assert issuers(databases) == before
