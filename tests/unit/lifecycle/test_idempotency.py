from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.errors import IdempotencyKeyReused, RequestInFlight
from tenantry.lifecycle import idempotency
from tenantry.runtime import moments

# That an answer is kept exactly if the work is committed is tested against a real server.
Master = Database[dict[str, Any]]
REQUEST = {"name": "Google", "email": "ada@example.com"}
ANSWER = {"organization": "org_1"}
NO_SESSION: Any = None


def end_claims(master: Master) -> None:
    master["idempotency_keys"].update_many(
        {}, {"$set": {"claimed_until": moments.now() - timedelta(seconds=1)}}
    )


def test_the_first_request_may_do_the_work(master: Master) -> None:
    claim = idempotency.claim("anonymous", "key", REQUEST)
    assert claim.answer is None
    assert master["idempotency_keys"].count_documents({}) == 1


def test_the_answer_is_given_again_once_the_work_is_done(master: Master) -> None:
    idempotency.claim("anonymous", "key", REQUEST).complete(ANSWER, NO_SESSION)
    assert idempotency.claim("anonymous", "key", dict(reversed(REQUEST.items()))).answer == ANSWER
    end_claims(master)
    assert idempotency.claim("anonymous", "key", REQUEST).answer == ANSWER


def test_during_the_work_the_same_request_has_to_wait(master: Master) -> None:
    idempotency.claim("anonymous", "key", REQUEST)
    with pytest.raises(RequestInFlight) as caught:
        idempotency.claim("anonymous", "key", REQUEST)
    assert 0 < int(caught.value.headers["Retry-After"]) <= idempotency.CLAIMED_FOR.total_seconds()


def test_a_key_is_for_one_request(master: Master) -> None:
    claim = idempotency.claim("anonymous", "key", REQUEST)
    with pytest.raises(IdempotencyKeyReused):
        idempotency.claim("anonymous", "key", REQUEST | {"name": "Amazon"})
    claim.complete(ANSWER, NO_SESSION)
    end_claims(master)
    with pytest.raises(IdempotencyKeyReused):
        idempotency.claim("anonymous", "key", REQUEST | {"name": "Amazon"})


@pytest.mark.parametrize(("scope", "key"), [("acct_1", "key"), ("anonymous", "other"), ("anonymousk", "ey")])
def test_the_key_of_another_caller_is_another_one(scope: str, key: str, master: Master) -> None:
    idempotency.claim("anonymous", "key", REQUEST).complete(ANSWER, NO_SESSION)
    assert idempotency.claim(scope, key, REQUEST).answer is None


def test_after_a_failure_the_key_is_free_again(master: Master) -> None:
    idempotency.claim("anonymous", "key", REQUEST).release()
    assert idempotency.claim("anonymous", "key", REQUEST | {"name": "Amazon"}).answer is None


def test_what_is_done_is_not_given_back(master: Master) -> None:
    claim = idempotency.claim("anonymous", "key", REQUEST)
    claim.complete(ANSWER, NO_SESSION)
    claim.release()
    assert idempotency.claim("anonymous", "key", REQUEST).answer == ANSWER


def test_a_request_that_was_killed_can_be_repeated_and_cannot_come_back(master: Master) -> None:
    killed = idempotency.claim("anonymous", "key", REQUEST)
    end_claims(master)
    repeated = idempotency.claim("anonymous", "key", REQUEST)
    assert repeated.answer is None
    with pytest.raises(RequestInFlight):
        killed.complete({"organization": "org_0"}, NO_SESSION)
    killed.release()
    repeated.complete(ANSWER, NO_SESSION)
    assert idempotency.claim("anonymous", "key", REQUEST).answer == ANSWER


def test_keys_and_requests_are_stored_as_hashes_only(master: Master) -> None:
    idempotency.claim("anonymous", "secret key", REQUEST)
    stored = str(list(master["idempotency_keys"].find()))
    assert not [text for text in ("secret key", "anonymous", *REQUEST.values()) if text in stored]
