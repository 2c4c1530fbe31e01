from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.errors import IdempotencyKeyReused, RequestInFlight
from tenantry.lifecycle import idempotency
from tenantry.lifecycle.idempotency import Key
from tenantry.runtime import moments

# That an answer is kept exactly if the work is committed is tested against a real server.
Master = Database[dict[str, Any]]
REQUEST = {"name": "Google", "email": "ada@example.com"}
KEY = Key("anonymous", "key", REQUEST)
OF_ANOTHER_REQUEST = KEY._replace(request=REQUEST | {"name": "Amazon"})
ANSWER = {"organization": "org_1"}
NO_SESSION: Any = None


def end_claims(master: Master) -> None:
    master["idempotency_keys"].update_many(
        {}, {"$set": {"claimed_until": moments.now() - timedelta(seconds=1)}}
    )


def test_the_first_request_may_do_the_work(master: Master) -> None:
    claim = idempotency.claim(KEY)
    assert claim.answer is None
    assert master["idempotency_keys"].count_documents({}) == 1


def test_the_answer_is_given_again_once_the_work_is_done(master: Master) -> None:
    idempotency.claim(KEY).complete(ANSWER, NO_SESSION)
    assert idempotency.claim(KEY._replace(request=dict(reversed(REQUEST.items())))).answer == ANSWER
    end_claims(master)
    assert idempotency.claim(KEY).answer == ANSWER


def test_during_the_work_the_same_request_has_to_wait(master: Master) -> None:
    idempotency.claim(KEY)
    with pytest.raises(RequestInFlight) as caught:
        idempotency.claim(KEY)
    assert 0 < int(caught.value.headers["Retry-After"]) <= idempotency.CLAIMED_FOR.total_seconds()


def test_a_key_is_for_one_request(master: Master) -> None:
    claim = idempotency.claim(KEY)
    with pytest.raises(IdempotencyKeyReused):
        idempotency.claim(OF_ANOTHER_REQUEST)
    claim.complete(ANSWER, NO_SESSION)
    end_claims(master)
    with pytest.raises(IdempotencyKeyReused):
        idempotency.claim(OF_ANOTHER_REQUEST)


@pytest.mark.parametrize(("scope", "key"), [("acct_1", "key"), ("anonymous", "other"), ("anonymousk", "ey")])
def test_the_key_of_another_caller_is_another_one(scope: str, key: str, master: Master) -> None:
    idempotency.claim(KEY).complete(ANSWER, NO_SESSION)
    assert idempotency.claim(Key(scope, key, REQUEST)).answer is None


def test_after_a_failure_the_key_is_free_again(master: Master) -> None:
    idempotency.claim(KEY).release()
    assert idempotency.claim(OF_ANOTHER_REQUEST).answer is None


def test_what_is_done_is_not_given_back(master: Master) -> None:
    claim = idempotency.claim(KEY)
    claim.complete(ANSWER, NO_SESSION)
    claim.release()
    assert idempotency.claim(KEY).answer == ANSWER


def test_a_request_that_was_killed_can_be_repeated_and_cannot_come_back(master: Master) -> None:
    killed = idempotency.claim(KEY)
    end_claims(master)
    repeated = idempotency.claim(KEY)
    assert repeated.answer is None
    with pytest.raises(RequestInFlight):
        killed.complete({"organization": "org_0"}, NO_SESSION)
    killed.release()
    repeated.complete(ANSWER, NO_SESSION)
    assert idempotency.claim(KEY).answer == ANSWER


def test_keys_and_requests_are_stored_as_hashes_only(master: Master) -> None:
    idempotency.claim(Key("anonymous", "secret key", REQUEST))
    stored = str(list(master["idempotency_keys"].find()))
    assert not [text for text in ("secret key", "anonymous", *REQUEST.values()) if text in stored]
