"""The signing key's rotation, from the placeholder on, through the rotation function."""

import json
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from secrets import randbelow
from types import FrameType
from typing import Any
from unittest.mock import Mock

import jwt
import pytest

from tenantry.identity import tokens
from tenantry.identity.keys import public_keys, rotation
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.registry import issuer
from tenantry.runtime import moments, process, secrets
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.rotation import STEPS, SigningKeySecret
from tests.support.sampling import KILL_EVERY
from tests.support.service import Service

NOTHING_COUNTED = "ignore:No application metrics to publish"


def key_id_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def forget_secrets() -> None:
    """What five minutes do to the cached secret."""
    secrets._copies.clear()


def forget_keys() -> None:
    """What five minutes do to the cached public keys."""
    public_keys._keys, public_keys._read_at = {}, 0.0


def test_first_rotation_replaces_the_placeholder(signing_key: SigningKeySecret, databases: Databases) -> None:
    assert json.loads(signing_key.current).keys() == {"kid", "private_key"}
    (published,) = databases.master["signing_keys"].find()
    assert published["_id"] == published["jwk"]["kid"] == signing_key.key_id
    assert "d" not in published["jwk"]
    assert "not_after" not in published


def test_tokens_of_the_retired_and_of_the_newest_key_are_valid(
    owner: Owner, signing_key: SigningKeySecret
) -> None:
    old_key = key_id_of(owner.token)
    signing_key.rotate()
    forget_secrets()
    token = log_in(owner.service, owner.email)
    assert key_id_of(token) == signing_key.key_id != old_key
    with library.fresh_process():
        for valid in (owner.token, token):
            assert owner.service.get(owner.path, token=valid).status == 200
        published = {key["kid"] for key in owner.service.get("/.well-known/jwks.json").json["keys"]}
    assert published == {old_key, signing_key.key_id}


def test_login_goes_on_signing_with_the_cached_key_and_its_tokens_are_valid(
    owner: Owner, signing_key: SigningKeySecret
) -> None:
    signing_key.rotate()
    token = log_in(owner.service, owner.email)
    assert key_id_of(token) == key_id_of(owner.token)
    with library.fresh_process():
        assert owner.service.get(owner.path, token=token).status == 200


def test_retired_key_ends_after_the_last_token_that_it_may_have_signed(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases
) -> None:
    before = moments.now()
    signing_key.rotate()
    old_key = key_id_of(owner.token)
    retired = databases.master["signing_keys"].find_one({"_id": old_key})
    assert retired is not None
    last_token_ends = before + timedelta(seconds=secrets.CACHE_SECONDS + tokens.LIFETIME_SECONDS)
    assert last_token_ends < retired["not_after"] <= moments.now() + rotation.RETIRED_AFTER
    databases.master["signing_keys"].update_one({"_id": old_key}, {"$set": {"not_after": before}})
    with library.fresh_process():
        assert owner.service.get(owner.path, token=owner.token).status == 401


class Killed(BaseException):
    """Ends a process wherever it is."""


@contextmanager
def killed_before_line(number: int) -> Iterator[None]:
    """Kill the process before it comes to another line of the rotation for the n-th time."""
    files = {rotation.__file__, public_keys.__file__, issuer.__file__}
    lines = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        if len(lines) == number:
            raise Killed
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


def is_killed(signing_key: SigningKeySecret, version: str, step: str, number: int) -> bool:
    """Do a step, and tell whether it has a line of this number to be killed before."""
    try:
        with killed_before_line(number):
            signing_key.rotate(version, (step,))
    except Killed:
        return True
    return False


def check_keys(owner: Owner, signing_key: SigningKeySecret, databases: Databases, *issued: str) -> str:
    """Check that whoever starts now knows the key that signs and those of the tokens; return one more."""
    lasting = {key["_id"] for key in databases.master["signing_keys"].find({"not_after": None})}
    assert signing_key.key_id in lasting
    forget_secrets()
    forget_keys()
    token = log_in(owner.service, owner.email)
    for valid in (*issued, token):
        assert owner.service.get(owner.path, token=valid).status == 200
    assert key_id_of(token) == signing_key.key_id
    return token


@pytest.mark.filterwarnings(NOTHING_COUNTED)
@pytest.mark.parametrize("step", STEPS)
def test_rotation_that_is_killed_before_any_line_of_a_step_and_repeated(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases, step: str
) -> None:
    published, token = databases.master["signing_keys"], owner.token
    for number in count(1 + randbelow(KILL_EVERY), KILL_EVERY):
        before, version = signing_key.key_id, signing_key.rotate(steps=STEPS[: STEPS.index(step)])
        if not is_killed(signing_key, version, step, number):
            break
        between = check_keys(owner, signing_key, databases, token)
        signing_key.rotate(version)
        token = check_keys(owner, signing_key, databases, token, between)
        assert {key["_id"]: "not_after" in key for key in published.find()} == {
            before: True,
            signing_key.key_id: False,
        }
        published.delete_one({"_id": before})  # as the TTL index does
    assert number > 5


@pytest.mark.filterwarnings(NOTHING_COUNTED)
@pytest.mark.parametrize("killed_after", range(len(STEPS)))
def test_rotation_that_another_has_replaced_ends_without_effect(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases, killed_after: int
) -> None:
    replaced = signing_key.rotate(steps=STEPS[:killed_after])
    signing_key.rotate()
    before = databases.master["signing_keys"].find().to_list(), signing_key.key_id
    for step in STEPS[:killed_after] and STEPS:
        with pytest.raises(RuntimeError, match="Another rotation"):
            signing_key.rotate(replaced, (step,))
    assert (databases.master["signing_keys"].find().to_list(), signing_key.key_id) == before
    check_keys(owner, signing_key, databases, owner.token)


def test_each_step_can_be_repeated(signing_key: SigningKeySecret, databases: Databases) -> None:
    version = str(uuid.uuid4())
    for step in STEPS:
        signing_key.rotate(version, (step,))
        dump = databases.master["signing_keys"].find().to_list()
        pending = signing_key.client.get_secret_value(SecretId=signing_key.arn, VersionId=version)
        signing_key.rotate(version, (step,))
        again = signing_key.client.get_secret_value(SecretId=signing_key.arn, VersionId=version)
        assert again["SecretString"] == pending["SecretString"]
        assert databases.master["signing_keys"].find().to_list() == dump


def test_unknown_key_ids_make_no_storm_of_reads(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Mock(side_effect=public_keys._read)
    monkeypatch.setattr(public_keys, "_read", read)
    for _ in range(20):
        forged = tokens.issue(
            SigningKey.generate(),
            session_id="ses_1",
            account_id="acct_1",
            organization=tokens.InOrganization(owner.id, "alpha", "owner"),
            epoch=0,
            authenticated_at=moments.now(),
        )
        assert owner.service.get(owner.path, token=forged).status == 401
    assert read.call_count <= 1


def test_key_of_a_fresh_rotation_is_found_by_processes_that_know_the_old_ones(
    owner: Owner, signing_key: SigningKeySecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert owner.service.get(owner.path, token=owner.token).status == 200
    known, read_at = dict(public_keys._keys), public_keys._read_at
    signing_key.rotate()
    forget_secrets()
    token = log_in(owner.service, owner.email)
    monkeypatch.setattr(public_keys, "_keys", known)
    monkeypatch.setattr(public_keys, "_read_at", read_at - public_keys.UNKNOWN_KEY_PAUSE_SECONDS)
    assert owner.service.get(owner.path, token=token).status == 200


def test_login_before_the_first_rotation_is_unavailable_and_recovers(
    databases: Databases, signing_key: SigningKeySecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = SigningKeySecret(signing_key.client, f"another-{uuid.uuid4().hex}")
    monkeypatch.setenv("SIGNING_KEY_SECRET_ARN", secret.arn)
    process.forget()
    service = Service()
    body = {"name": "Alpha", "email": "owner@alpha.example", "password": PASSWORD}
    assert service.post("/organizations", body).status == 201
    answer = service.post("/login", {"email": "owner@alpha.example", "password": PASSWORD})
    assert (answer.status, answer.code) == (503, "service-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    secret.rotate()
    token = log_in(service, "owner@alpha.example")
    assert service.get("/organizations/alpha", token=token).status == 200
    assert sign_up(service, "Beta").token
