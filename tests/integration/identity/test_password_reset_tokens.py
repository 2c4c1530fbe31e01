"""Tokens of links that reset a password: which work, how often, and what those that do not work tell."""

import hashlib
import io
from typing import Any, Final

import pytest

from tenantry.identity import links
from tenantry.identity.throttling import FREE_FAILURES, FREE_FAILURES_OF_SOURCE
from tenantry.runtime import moments
from tests.integration.identity.attempts import WRONG, attempt
from tests.integration.identity.resets import (
    CHOSEN,
    Event,
    ask,
    change_password,
    complete,
    end_account,
    log_out,
    mailed_token,
    prove_address,
)
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.service import Answer

pytestmark = pytest.mark.usefixtures("mailbox")

UNKNOWN: Final = "A" * 43


@pytest.fixture
def token(owner: Owner, mailbox: Mailbox) -> str:
    """The token that was mailed to the owner, whose address is verified."""
    prove_address(owner)
    ask(owner.service, owner.email)
    return mailed_token(mailbox, owner.email)


@pytest.fixture
def kdf_calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record every call of the KDF."""
    calls: list[Any] = []
    derive = hashlib.pbkdf2_hmac

    def recorded(*arguments: Any) -> bytes:
        calls.append(arguments)
        return derive(*arguments)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", recorded)
    return calls


def expire(owner: Owner) -> None:
    links.links().update_many({}, {"$set": {"expires_at": moments.now()}})


def of_another_purpose(owner: Owner) -> None:
    links.links().update_many({}, {"$set": {"purpose": "verify-email"}})


KILLS: Final[dict[str, Event]] = {
    "the password changes": change_password,
    "everybody is logged out": log_out,
    "the account ends": end_account,
    "it expires": expire,
    "it is for something else": of_another_purpose,
}


@pytest.mark.parametrize("name", KILLS)
def test_dead_token_gets_the_answer_of_one_that_never_was(
    owner: Owner, token: str, databases: Databases, kdf_calls: list[Any], name: str
) -> None:
    never = complete(owner.service, UNKNOWN)
    assert (never.status, never.code) == (404, "link-not-found")
    KILLS[name](owner)
    kdf_calls.clear()
    before = databases.dump(apart_from={"login_attempts"})
    assert complete(owner.service, token).apart_from_request_id == never.apart_from_request_id
    assert databases.dump(apart_from={"login_attempts"}) == before
    assert kdf_calls == []


@pytest.mark.parametrize(
    "spoiled", ["", "x", "=", "\u0430" * 43, "%00", "{}", " ", "a" * 100, "..", "null", UNKNOWN + "="]
)
def test_text_that_is_no_token_gets_the_same_answer(owner: Owner, token: str, spoiled: str) -> None:
    never = complete(owner.service, UNKNOWN).apart_from_request_id
    for text in (spoiled, token + spoiled if spoiled else token[:-1], token.swapcase()):
        assert complete(owner.service, text[:100]).apart_from_request_id == never


def test_token_works_once(owner: Owner, token: str, databases: Databases) -> None:
    assert complete(owner.service, token).status == 204
    before = databases.dump(apart_from={"login_attempts"})
    again = complete(owner.service, token, "another lighthouse, another sea")
    assert again.apart_from_request_id == complete(owner.service, UNKNOWN).apart_from_request_id
    assert databases.dump(apart_from={"login_attempts"}) == before
    assert log_in(owner.service, owner.email, password=CHOSEN)


def test_all_links_of_the_account_to_reset_it_die_with_the_one_that_is_used(
    owner: Owner, token: str, mailbox: Mailbox, databases: Databases
) -> None:
    ask(owner.service, owner.email)
    other = mailed_token(mailbox, owner.email)
    assert complete(owner.service, other).status == 204
    assert complete(owner.service, token).status == 404
    assert databases.master["links"].count_documents({"purpose": "reset-password"}) == 0


def test_links_of_other_accounts_live_on(owner: Owner, token: str, mailbox: Mailbox) -> None:
    other = sign_up(owner.service, "Beta")
    ask(owner.service, other.email)
    others = mailed_token(mailbox, other.email)
    assert complete(owner.service, token).status == 204
    assert log_in(owner.service, other.email)
    assert complete(owner.service, others).status == 204


@pytest.mark.parametrize("guessable", ["passwordpassword", "owner@alpha.example", "alphaalphaalphaalpha"])
def test_guessable_password_does_not_use_the_token_up(
    owner: Owner, token: str, databases: Databases, kdf_calls: list[Any], guessable: str
) -> None:
    before = databases.dump(apart_from={"login_attempts"})
    kdf_calls.clear()
    refused = complete(owner.service, token, guessable)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "new_password")
    assert databases.dump(apart_from={"login_attempts"}) == before
    assert kdf_calls == []
    assert complete(owner.service, token).status == 204


def test_password_that_is_refused_by_its_form_tells_nothing_of_the_token(owner: Owner, token: str) -> None:
    answers = [complete(owner.service, text, "short") for text in (token, UNKNOWN)]
    assert answers[0].status == 422
    assert answers[0].apart_from_request_id == answers[1].apart_from_request_id
    assert complete(owner.service, token).status == 204


def test_mail_that_waits_while_the_epoch_moves_gets_a_link_that_works(owner: Owner, mailbox: Mailbox) -> None:
    ask(owner.service, owner.email)
    change_password(owner)
    assert complete(owner.service, mailed_token(mailbox, owner.email)).status == 204


def test_tokens_that_are_none_count_for_their_source_and_a_valid_one_works_on(
    owner: Owner, token: str
) -> None:
    answers = [complete(owner.service, UNKNOWN) for _ in range(FREE_FAILURES_OF_SOURCE + 1)]
    assert {answer.status for answer in answers[:-1]} == {404}
    assert (answers[-1].status, answers[-1].code) == (429, "too-many-requests")
    assert complete(owner.service, token).status == 204


def test_owner_who_had_to_pause_may_log_in_at_once(owner: Owner, token: str) -> None:
    for _ in range(FREE_FAILURES + 1):
        refused = attempt(owner.service, owner.email, WRONG)
    assert refused.status == 429
    assert complete(owner.service, token, "passwordpassword").status == 422
    assert attempt(owner.service, owner.email, PASSWORD).status == 429
    assert complete(owner.service, token).status == 204
    assert attempt(owner.service, owner.email, CHOSEN).status == 200


def test_token_is_in_no_log_answer_record_or_document(
    owner: Owner, mailbox: Mailbox, databases: Databases, log: io.StringIO
) -> None:
    ask(owner.service, owner.email)
    token = mailed_token(mailbox, owner.email)
    refused = complete(owner.service, token, "passwordpassword")
    done = complete(owner.service, token)
    again = complete(owner.service, token)
    seen = [log.getvalue(), str(databases.dump()), *(text_of(answer) for answer in (refused, done, again))]
    assert [text for text in seen if token in text] == []
    assert "Answered" in seen[0]


def text_of(answer: Answer) -> str:
    return f"{answer.headers} {answer.text}"
