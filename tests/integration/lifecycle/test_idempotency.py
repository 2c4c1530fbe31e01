"""A creation that a client repeats under an idempotency key."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from tenantry.lifecycle import idempotency
from tenantry.lifecycle.idempotency import Key
from tests.support import library
from tests.support.concurrency import requests_at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, email_of, log_in, sign_up
from tests.support.service import Answer, Service

KEY = {"Idempotency-Key": "7f0d9a52-4f0e-4d7e-9d3a-0c5f1f6a2b11"}
SIGN_UP: dict[str, Any] = {"name": "Google", "email": email_of("Google"), "password": PASSWORD}


def create(service: Service, changes: dict[str, Any] | None = None, **parts: Any) -> Answer:
    return service.post("/organizations", SIGN_UP | (changes or {}), **{"headers": KEY} | parts)


def test_the_same_request_gets_the_same_answer_and_creates_one_organization(
    service: Service, databases: Databases
) -> None:
    first = create(service)
    before = databases.dump(apart_from={"login_attempts"})  # the repeated password is verified
    again = create(service)
    assert first.status == 201
    assert again.apart_from_request_id == first.apart_from_request_id
    assert databases.dump(apart_from={"login_attempts"}) == before


def test_the_answer_stays_what_it_was_when_the_organization_has_changed(
    service: Service, databases: Databases
) -> None:
    first = create(service)
    token = log_in(service, SIGN_UP["email"])
    assert service.patch("/organizations/google", {"name": "Alphabet"}, token=token).status == 200
    assert create(service).apart_from_request_id == first.apart_from_request_id


def test_what_has_been_deleted_since_is_not_called_created(service: Service, databases: Databases) -> None:
    by_sign_up = create(service)
    token = log_in(service, SIGN_UP["email"])
    by_token = partial(service.post, "/organizations", {"name": "Audible"}, token=token)
    assert [by_sign_up.status, by_token(headers=KEY).status] == [201, 201]
    assert (
        service.delete("/organizations/audible", token=log_in(service, SIGN_UP["email"], "audible")).status
        == 204
    )
    before = databases.fingerprint()
    answer = by_token(headers=KEY)
    assert (answer.status, answer.code) == (409, "idempotency-key-spent")
    assert databases.fingerprint() == before
    assert by_token(headers={"Idempotency-Key": "fresh"}).status == 201


@pytest.mark.parametrize(
    "changes", [{"name": "Alphabet"}, {"slug": "other"}, {"metadata": {"color": "green"}}]
)
def test_a_different_request_under_the_same_key_is_refused(
    changes: dict[str, Any], service: Service, databases: Databases
) -> None:
    create(service)
    before = databases.fingerprint()
    answer = create(service, changes)
    assert (answer.status, answer.code) == (422, "idempotency-key-reused")
    assert databases.fingerprint() == before


def test_a_wrong_password_does_not_get_the_answer_and_counts_as_a_failed_login(
    service: Service, databases: Databases
) -> None:
    create(service)
    answers = [create(service, {"password": "quite a different password"}) for _ in range(11)]
    assert Counter(answer.status for answer in answers) == {422: 10, 429: 1}
    assert "google" not in "".join(answer.text for answer in answers)


def test_another_caller_has_keys_of_its_own(service: Service, databases: Databases) -> None:
    create(service)
    first = create(service, {"name": "Amazon", "email": email_of("Amazon")})
    token = log_in(service, email_of("Amazon"))
    by_token = service.post("/organizations", {"name": "Audible"}, token=token, headers=KEY)
    again = service.post("/organizations", {"name": "Audible"}, token=token, headers=KEY)
    assert [first.status, by_token.status] == [201, 201]
    assert again.apart_from_request_id == by_token.apart_from_request_id
    databases.check_invariants()


@pytest.mark.usefixtures("free_names")
def test_a_definite_failure_gives_the_key_back(service: Service, databases: Databases) -> None:
    sign_up(service, "Google")
    refused = create(service, {"email": email_of("Second")})
    assert refused.code == "organization-exists"
    assert service.delete("/organizations/google", token=log_in(service, SIGN_UP["email"])).status == 204
    assert create(service, {"email": email_of("Second")}).status == 201


def test_while_it_is_in_flight_the_request_has_to_wait(service: Service, databases: Databases) -> None:
    sent = {"name": SIGN_UP["name"], "email": SIGN_UP["email"], "slug": None, "metadata": {}}
    idempotency.claim(Key(SIGN_UP["email"], KEY["Idempotency-Key"], sent))
    answer = create(service)
    assert (answer.status, answer.code) == (409, "request-in-flight")
    assert 1 <= int(answer.headers["retry-after"]) <= idempotency.CLAIMED_FOR.total_seconds()


def test_eight_requests_at_once_create_one_organization(service: Service, databases: Databases) -> None:
    requests = [{"method": "POST", "path": "/organizations", "json_body": SIGN_UP, "headers": KEY}] * 8
    answers = requests_at_once("create_organization", requests)
    statuses = Counter((answer.status, answer.code) for answer in answers)
    assert statuses[201, ""] >= 1
    assert statuses.keys() <= {(201, ""), (409, "request-in-flight")}
    assert len({answer.text for answer in answers if answer.status == 201}) == 1
    assert databases.master["organizations"].count_documents({}) == 1
    databases.check_invariants()


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(key: str, service: Service, databases: Databases) -> None:
    answer = create(service, headers={"Idempotency-Key": key})
    assert (answer.status, answer.code) == (422, "invalid-fields")


def test_the_password_is_nowhere_in_the_record(service: Service, databases: Databases) -> None:
    create(service)
    records = str(list(databases.master["idempotency_keys"].find()))
    assert PASSWORD not in records
    assert "pbkdf2" not in records
    assert KEY["Idempotency-Key"] not in records


def test_records_end_by_themselves(databases: Databases) -> None:
    library.create("Google")
    indexes = databases.master["idempotency_keys"].index_information()
    assert indexes["expires_at"]["expireAfterSeconds"] == 0
