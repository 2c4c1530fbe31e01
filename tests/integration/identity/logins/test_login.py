"""Logging in through the API: one answer and one KDF call for every failure, and pauses that hold."""

import hashlib
import io
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from passlib.hash import pbkdf2_sha256

from tenantry.identity import passwords, throttling
from tenantry.runtime import moments
from tests.integration.identity.attempts import WRONG, attempt
from tests.support.databases import Databases
from tests.support.intents import intend_deletion
from tests.support.library import FEW_ROUNDS, hash_with_few_rounds
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Answer, Service

CHANGED = "a quite different long password"


@pytest.fixture
def kdf_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the rounds of every key derivation."""
    rounds_of_calls: list[int] = []
    derive = hashlib.pbkdf2_hmac

    def recorded(name: str, password: bytes, salt: bytes, rounds: int, length: int | None = None) -> bytes:
        rounds_of_calls.append(rounds)
        return derive(name, password, salt, rounds, length)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", recorded)
    return rounds_of_calls


def without_account(owner: Owner, databases: Databases) -> Answer:
    return attempt(owner.service, "nobody@alpha.example", PASSWORD)


def wrong_password(owner: Owner, databases: Databases) -> Answer:
    return attempt(owner.service, owner.email)


def empty_password(owner: Owner, databases: Databases) -> Answer:
    return attempt(owner.service, owner.email, "")


def corrupt_hash(owner: Owner, databases: Databases) -> Answer:
    corrupt = {"password_hash": "$pbkdf2-sha256$corrupt"}
    databases.master["accounts"].update_one({"email": owner.email}, {"$set": corrupt})
    return attempt(owner.service, owner.email, PASSWORD)


def foreign_organization(owner: Owner, databases: Databases) -> Answer:
    neighbour = sign_up(owner.service, "Other")
    return attempt(owner.service, owner.email, PASSWORD, neighbour.slug)


def missing_organization(owner: Owner, databases: Databases) -> Answer:
    return attempt(owner.service, owner.email, PASSWORD, "nobody")


def deleting_organization(owner: Owner, databases: Databases) -> Answer:
    intend_deletion(owner.id)
    return attempt(owner.service, owner.email, PASSWORD, owner.slug)


FAILURES = (
    without_account,
    wrong_password,
    empty_password,
    corrupt_hash,
    foreign_organization,
    missing_organization,
    deleting_organization,
)


@pytest.mark.parametrize("fail", FAILURES)
def test_failures_are_alike_and_cost_one_kdf_call(
    owner: Owner,
    databases: Databases,
    kdf_calls: list[int],
    log: io.StringIO,
    fail: Callable[[Owner, Databases], Answer],
) -> None:
    reference = attempt(owner.service, "reference@alpha.example")
    assert (reference.status, reference.code) == (401, "invalid-credentials")
    assert reference.headers["www-authenticate"] == 'Bearer realm="tenantry"'
    kdf_calls.clear()
    answer = fail(owner, databases)
    assert answer.apart_from_request_id == reference.apart_from_request_id
    sign_ups = 2 if fail is foreign_organization else 0  # which hashes a password and logs in
    assert kdf_calls[sign_ups:] == [FEW_ROUNDS]
    assert PASSWORD not in log.getvalue()
    assert WRONG not in log.getvalue()


def test_real_rounds_are_used_where_there_is_no_account(
    service: Service, kdf_calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = pbkdf2_sha256.using(rounds=passwords.ROUNDS)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    unknown = passwords._NOBODY.replace(f"${FEW_ROUNDS}$", f"${passwords.ROUNDS}$")
    monkeypatch.setattr(passwords, "_NOBODY", unknown)
    body = {"name": "Alpha", "email": "owner@alpha.example", "password": PASSWORD}
    assert service.post("/organizations", body).status == 201
    assert attempt(service, "owner@alpha.example").status == 401
    assert attempt(service, "nobody@alpha.example").status == 401
    assert kdf_calls == [600_000] * 3


@pytest.mark.parametrize("with_account", [True, False])
def test_eleventh_failure_in_a_row_has_to_pause(
    owner: Owner, databases: Databases, kdf_calls: list[int], *, with_account: bool
) -> None:
    email = owner.email if with_account else "nobody@alpha.example"
    statuses = [attempt(owner.service, email).status for _ in range(throttling.FREE_FAILURES)]
    assert statuses == [401] * throttling.FREE_FAILURES
    kdf_calls.clear()
    for password in (WRONG, PASSWORD):
        answer = attempt(owner.service, email.upper(), password)
        assert (answer.status, answer.code) == (429, "too-many-requests")
        assert 0 < int(answer.headers["retry-after"]) <= throttling.FIRST_PAUSE_SECONDS
    assert kdf_calls == []
    attempts = databases.master["login_attempts"]
    attempts.update_many({}, {"$set": {"blocked_until": moments.now() - timedelta(seconds=1)}})
    if with_account:
        assert attempt(owner.service, email, PASSWORD).status == 200
        assert attempts.count_documents({"failures": {"$gt": 0}}) == 0
    else:
        assert attempt(owner.service, email).status == 401
        assert int(attempt(owner.service, email).headers["retry-after"]) > throttling.FIRST_PAUSE_SECONDS


def test_pause_of_one_address_does_not_hold_up_another(owner: Owner) -> None:
    paused = sign_up(owner.service, "Other")
    for _ in range(throttling.FREE_FAILURES):
        attempt(owner.service, paused.email)
    assert attempt(owner.service, paused.email, PASSWORD).status == 429
    assert attempt(owner.service, owner.email, PASSWORD).status == 200


def test_wrong_current_passwords_make_their_session_pause_and_nobody_else(owner: Owner) -> None:
    right = {"current_password": PASSWORD, "new_password": CHANGED}
    wrong = right | {"current_password": WRONG}
    second_token = log_in(owner.service, owner.email)
    for _ in range(throttling.FREE_FAILURES):
        assert owner.service.put("/account/password", wrong, token=owner.token).status == 401
    assert owner.service.put("/account/password", right, token=owner.token).status == 429
    assert attempt(owner.service, owner.email, PASSWORD).status == 200
    assert owner.service.put("/account/password", right, token=second_token).status == 204


def test_refusal_costs_the_same_rounds_whatever_the_hash(
    owner: Owner, kdf_calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: pbkdf2_sha256.using(rounds=5 * FEW_ROUNDS))
    monkeypatch.setattr(passwords, "_NOBODY", unknown_hash(5 * FEW_ROUNDS))
    for email in (owner.email, "nobody@alpha.example"):
        kdf_calls.clear()
        assert attempt(owner.service, email).status == 401
        assert sum(kdf_calls) == 5 * FEW_ROUNDS


def unknown_hash(rounds: int) -> str:
    return f"$pbkdf2-sha256${rounds}$" + "A" * 22 + "$" + "A" * 43


def test_weak_hash_is_replaced_and_its_tokens_live_on(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = databases.master["accounts"].find_one()
    monkeypatch.setattr(passwords, "_hasher", lambda: pbkdf2_sha256.using(rounds=2 * FEW_ROUNDS))
    log_in(owner.service, owner.email)
    after = databases.master["accounts"].find_one()
    assert before is not None
    assert after is not None
    assert f"${2 * FEW_ROUNDS}$" in after["password_hash"]
    assert after["auth_epoch"] == before["auth_epoch"]
    assert owner.service.get(owner.path, token=owner.token).status == 200
    log_in(owner.service, owner.email)
    assert databases.master["accounts"].find_one() == after
    hash_with_few_rounds(monkeypatch)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "email",
    ["j\u00f6rg@m\u00fcller.example", "J\u00d6RG@M\u00dcLLER.EXAMPLE", "j\u00f6rg@xn--mller-kva.example"],
)
def test_spelling_that_looks_the_same_is_the_same(
    service: Service, email: str, form: Literal["NFC", "NFD"]
) -> None:
    password = "Zw\u00f6lf Boxk\u00e4mpfer jagen"
    sign_up_body = {"name": "Alpha", "email": "J\u00f6rg@M\u00fcller.example", "password": password}
    assert service.post("/organizations", sign_up_body).status == 201
    typed = unicodedata.normalize(form, email), unicodedata.normalize(form, password)
    assert attempt(service, *typed).status == 200
    assert attempt(service, typed[0], password.lower()).status == 401
