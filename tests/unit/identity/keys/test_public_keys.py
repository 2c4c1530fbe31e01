import time
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.identity.keys import public_keys
from tenantry.identity.keys.public_keys import CACHE_SECONDS, UNKNOWN_KEY_PAUSE_SECONDS, all_keys, find_key
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.runtime import moments, mongodb

OLD, NEW = SigningKey.generate(), SigningKey.generate()
Master = Database[dict[str, Any]]


class Clock:
    """A clock that the test winds on."""

    def __init__(self) -> None:
        self.passed = 0.0

    def time(self) -> float:
        return time.monotonic() + 10**9 + self.passed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(public_keys, "time", clock)
    return clock


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record each look into the database."""
    looked: list[str] = []
    collection = mongodb.collection

    def recorded(name: str) -> Any:
        looked.append(name)
        return collection(name)

    monkeypatch.setattr(mongodb, "collection", recorded)
    return looked


def publish_elsewhere(master: Master, key: SigningKey) -> None:
    """Publish a key as another execution environment would."""
    master["signing_keys"].insert_one({"_id": key.kid, "jwk": key.public_jwk, "created_at": moments.now()})


def listed() -> list[dict[str, Any]]:
    """Return the published keys without the moment of their publication."""
    return [{name: value for name, value in key.items() if name != "iat"} for key in all_keys()]


def test_a_published_key_is_found_at_once(master: Master) -> None:
    assert find_key(OLD.kid) is None
    public_keys.publish(OLD.public_jwk)
    assert find_key(OLD.kid) == OLD.public_jwk
    assert listed() == [OLD.public_jwk]


def test_a_published_key_says_since_when(master: Master) -> None:
    before = int(time.time())
    public_keys.publish(OLD.public_jwk)
    (key,) = all_keys()
    published_at = int(key["iat"])
    assert before <= published_at <= time.time()
    public_keys.publish(OLD.public_jwk)
    assert [key["iat"] for key in all_keys()] == [published_at]


def test_only_the_public_half_is_published(master: Master) -> None:
    public_keys.publish(OLD.public_jwk)
    assert OLD.private_key["d"] not in str(list(master["signing_keys"].find()))


def test_publishing_twice_changes_nothing(master: Master) -> None:
    public_keys.publish(OLD.public_jwk)
    before = list(master["signing_keys"].find())
    public_keys.publish(OLD.public_jwk)
    assert list(master["signing_keys"].find()) == before


def test_keys_are_listed_oldest_first(master: Master) -> None:
    master["signing_keys"].insert_one(
        {"_id": NEW.kid, "jwk": NEW.public_jwk, "created_at": moments.now() + timedelta(hours=1)}
    )
    publish_elsewhere(master, OLD)
    assert listed() == [OLD.public_jwk, NEW.public_jwk]


def test_a_retired_key_verifies_until_its_end(master: Master, clock: Clock) -> None:
    public_keys.publish(OLD.public_jwk)
    public_keys.publish(NEW.public_jwk)
    public_keys.retire_all_but(NEW.kid, timedelta(hours=1))
    assert find_key(OLD.kid) == OLD.public_jwk
    master["signing_keys"].update_one({"_id": OLD.kid}, {"$set": {"not_after": moments.now()}})
    clock.passed = CACHE_SECONDS + 1
    assert find_key(OLD.kid) is None
    assert listed() == [NEW.public_jwk]


def test_retiring_again_does_not_put_off_the_end(master: Master) -> None:
    public_keys.publish(OLD.public_jwk)
    public_keys.publish(NEW.public_jwk)
    public_keys.retire_all_but(NEW.kid, timedelta(hours=1))
    (before,) = master["signing_keys"].find({"_id": OLD.kid})
    public_keys.retire_all_but(NEW.kid, timedelta(hours=9))
    assert list(master["signing_keys"].find({"_id": OLD.kid})) == [before]
    assert "not_after" not in (master["signing_keys"].find_one({"_id": NEW.kid}) or {})


def test_keys_are_kept_for_a_while(master: Master, clock: Clock, reads: list[str]) -> None:
    publish_elsewhere(master, OLD)
    assert [find_key(OLD.kid) for _ in range(10)] == [OLD.public_jwk] * 10
    assert len(reads) == 1
    clock.passed = CACHE_SECONDS + 1
    assert find_key(OLD.kid) == OLD.public_jwk
    assert len(reads) == 2


def test_the_key_set_is_never_stale(master: Master, clock: Clock) -> None:
    publish_elsewhere(master, OLD)
    assert listed() == [OLD.public_jwk]
    publish_elsewhere(master, NEW)
    assert listed() == [OLD.public_jwk, NEW.public_jwk]


def test_a_key_that_is_not_known_yet_is_looked_for(master: Master, clock: Clock) -> None:
    publish_elsewhere(master, OLD)
    assert find_key(OLD.kid)
    publish_elsewhere(master, NEW)
    clock.passed = UNKNOWN_KEY_PAUSE_SECONDS + 1
    assert find_key(NEW.kid) == NEW.public_jwk


def test_forged_key_ids_are_no_storm_of_reads(master: Master, clock: Clock, reads: list[str]) -> None:
    publish_elsewhere(master, OLD)
    assert [find_key(f"forged{number}") for number in range(100)] == [None] * 100
    assert len(reads) == 1
    clock.passed = UNKNOWN_KEY_PAUSE_SECONDS + 1
    assert [find_key(f"forged{number}") for number in range(100)] == [None] * 100
    assert len(reads) == 2
