"""Known devices and living sessions are not locked out by the failures of strangers."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from passlib.hash import pbkdf2_sha256

from tenantry.identity import passwords, throttling
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.library import FEW_ROUNDS
from tests.support.owners import PASSWORD, Owner, sign_up, tokens
from tests.support.recorder import recording
from tests.support.service import Answer

WRONG = "not the password at all"
CHANGED = "a quite different long password"


def log_in(owner: Owner, password: str = PASSWORD, device_token: str | None = None) -> Answer:
    fields = {"email": owner.email, "password": password, "device_token": device_token}
    return owner.service.post("/login", {name: value for name, value in fields.items() if value is not None})


def device_token(owner: Owner) -> str:
    return str(tokens(owner.service, owner.email)["device_token"])


def change_password(owner: Owner, current: str = PASSWORD) -> Answer:
    body = {"current_password": current, "new_password": CHANGED}
    return owner.service.put("/account/password", body, token=owner.token)


def lock_out(owner: Owner) -> None:
    statuses = [log_in(owner, WRONG).status for _ in range(throttling.FREE_FAILURES + 1)]
    assert statuses == [401] * throttling.FREE_FAILURES + [429]


def use_up_source(owner: Owner) -> None:
    """Fail with one address after the other, from where the owner is."""
    for number in range(throttling.FREE_FAILURES_OF_SOURCE):
        body = {"email": f"{number}@guessed.example", "password": WRONG}
        assert owner.service.post("/login", body).status == 401


@pytest.mark.parametrize("strangers", [lock_out, use_up_source])
def test_device_and_session_go_on_while_strangers_have_to_pause(
    owner: Owner, strangers: Callable[[Owner], None]
) -> None:
    known = device_token(owner)
    strangers(owner)
    assert log_in(owner).status == 429
    for _ in range(2):
        assert log_in(owner, device_token=known).status == 200
    assert log_in(owner).status == 429, "a success elsewhere forgives strangers nothing"
    assert change_password(owner).status == 204


def test_stolen_token_gets_its_own_guesses_and_no_more(owner: Owner) -> None:
    stolen, unused = device_token(owner), device_token(owner)
    statuses = [log_in(owner, WRONG, stolen).status for _ in range(throttling.FREE_FAILURES)]
    assert statuses == [401] * throttling.FREE_FAILURES
    for password in (WRONG, PASSWORD):
        answer = log_in(owner, password, stolen)
        assert (answer.status, answer.code) == (429, "too-many-requests")
        assert 0 < int(answer.headers["retry-after"]) <= throttling.FIRST_PAUSE_SECONDS
    assert log_in(owner, device_token=unused).status == 200
    assert log_in(owner).status == 200


def token_of_another_account(owner: Owner) -> str:
    return device_token(sign_up(owner.service, "Beta"))


def of_an_earlier_password(owner: Owner) -> str:
    token = device_token(owner)
    assert change_password(owner).status == 204
    return token


def token_of_another_device(owner: Owner) -> str:
    octets = base64.urlsafe_b64decode(device_token(owner))
    return base64.urlsafe_b64encode(secrets.token_bytes(24) + octets[24:]).decode()


def cut(owner: Owner) -> str:
    return device_token(owner)[:-4]


@pytest.mark.parametrize(
    "forge",
    [
        token_of_another_account,
        of_an_earlier_password,
        token_of_another_device,
        cut,
        lambda _: base64.urlsafe_b64encode(bytes(48)).decode(),
        lambda _: "",
        lambda _: "\N{SNOWMAN}",
    ],
)
def test_token_that_is_none_of_this_account_is_a_strangers(
    owner: Owner, forge: Callable[[Owner], str]
) -> None:
    forged = forge(owner)
    lock_out(owner)
    for password in (PASSWORD, CHANGED):
        assert log_in(owner, password, forged).status == 429


def test_device_keeps_its_token(owner: Owner, databases: Databases) -> None:
    token = device_token(owner)
    assert log_in(owner, device_token=token).json["device_token"] == token
    assert log_in(owner, device_token="unknown").json["device_token"] not in {token, "unknown"}
    refreshed = owner.service.post(
        "/login/refresh", {"refresh_token": log_in(owner).json["refresh_token"]}
    ).json
    assert "device_token" not in refreshed
    octets = base64.urlsafe_b64decode(token)
    stored = repr(databases.dump())
    for secret in (token, octets[24:].hex(), repr(octets[24:])[2:-1]):
        assert secret not in stored


def test_token_is_good_after_the_hash_was_replaced(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: pbkdf2_sha256.using(rounds=2 * FEW_ROUNDS))
    given = device_token(owner)
    lock_out(owner)
    assert log_in(owner, device_token=given).status == 200


def test_token_tells_nothing_about_an_address_without_account(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one of a stranger's own account about an address with one."""
    token = token_of_another_account(owner)
    kdf_calls: list[Any] = []
    derive = hashlib.pbkdf2_hmac

    def recorded(*arguments: Any) -> bytes:
        kdf_calls.append(arguments)
        return derive(*arguments)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", recorded)
    seen = []
    with recording(monkeypatch) as recorder:
        owner.service.post(
            "/login", {"email": "first@example.com", "password": WRONG}
        )  # which reads the keys
        for email in (owner.email, "nobody@example.com"):
            recorder.commands.clear()
            kdf_calls.clear()
            body = {"email": email, "password": WRONG, "device_token": token}
            answers = [owner.service.post("/login", body) for _ in range(throttling.FREE_FAILURES + 1)]
            sent = [
                (name, command[name]) for _, command in recorder.commands for name in [next(iter(command))]
            ]
            seen.append(
                (
                    [answer.status for answer in answers],
                    answers[0].apart_from_request_id,
                    len(kdf_calls),
                    sent,
                )
            )
    assert seen[0] == seen[1]


def test_of_guesses_with_one_token_at_once_none_is_verified_beyond_the_free_ones(owner: Owner) -> None:
    attempts = throttling.of_known("ses_1")
    outcomes = at_once([attempts.begin] * (throttling.FREE_FAILURES + 10))
    assert outcomes.count(None) == throttling.FREE_FAILURES
