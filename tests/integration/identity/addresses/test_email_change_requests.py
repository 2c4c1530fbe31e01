"""Asking for another address: the password asks, and the answer tells nothing of who has the address."""

import pytest

from tests.integration.audit.records import recorded
from tests.integration.identity.addresses.address_changes import (
    ANOTHER,
    CHOSEN,
    account_of,
    ask,
    change,
    complete,
    undo,
    verified,
)
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up
from tests.support.recorder import recording
from tests.support.service import Service


def test_request_does_the_same_whoever_has_the_address(
    ada: Owner, mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that reaches MongoDB, and all that is answered, but for random ids and the address itself."""
    sign_up(ada.service, "Beta", email="beta@taken.example")
    verified(sign_up(ada.service, "Gamma", email="gamma@held.example"), databases)
    gamma = log_in(ada.service, "gamma@held.example")
    change(ada, mailbox, "gone@held.example", gamma)
    wanted = ["nobody@free.example", "beta@taken.example", "gamma@held.example", "OWNER@alpha.example"]
    seen = []
    with recording(monkeypatch) as recorder:
        assert ask(ada, "first@free.example").status == 202  # which also reads the keys of tokens
        for address in wanted:
            databases.master["login_attempts"].delete_many({})
            recorder.commands.clear()
            answer = ask(ada, address)
            assert (answer.status, answer.text) == (202, "")
            sent = [
                (next(iter(command)), command[next(iter(command))], sorted(command))
                for _, command in recorder.commands
            ]
            seen.append((sent, answer.headers))
    assert len(seen[0][0]) > 5
    assert seen == [seen[0]] * len(wanted)
    (keys,) = {tuple(mail) for mail in databases.master["mails"].find()}
    assert "to" in keys


def test_owner_of_a_taken_address_gets_no_link_but_a_way_to_free_it(ada: Owner, mailbox: Mailbox) -> None:
    sign_up(ada.service, "Beta", email="Beta@Taken.example")
    assert ask(ada, "BETA@taken.example").status == 202
    mail = mailbox.to("Beta@taken.example")[-1]
    assert mail.urls == set()
    assert "stays with the account" in " ".join(mail.plain.split())
    assert mailbox.to("BETA@taken.example") == []


def test_wrong_password_changes_nothing_and_pauses_the_session(
    ada: Owner, mailbox: Mailbox, databases: Databases
) -> None:
    before = len(recorded(databases))
    for _ in range(10):
        assert ask(ada, password="wrong").code == "invalid-credentials"
    assert ask(ada).status == 429
    passwords = {"current_password": PASSWORD, "new_password": CHOSEN}
    assert ada.service.put("/account/password", passwords, token=ada.token).status == 429
    failures = recorded(databases)[before:]
    assert {(record["action"], record["result"]) for record in failures} == {
        ("account.email_change_failed", "failure")
    }
    assert ask(ada, token=log_in(ada.service, ada.email)).status == 202
    assert len(mailbox.to(ANOTHER)) == 1


def test_own_address_is_refused_by_name_and_another_spelling_of_it_is_not(
    service: Service, mailbox: Mailbox, databases: Databases
) -> None:
    ada = verified(sign_up(service, "Alpha", email="Ada@Fass.example"), databases)
    refused = ask(ada, "Ada@fass.example")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "new_email")
    token = change(ada, mailbox, "ada@fass.example")
    assert ada.service.get("/account", token=token).json["email"] == "ada@fass.example"
    assert undo(ada.service, mailbox.token("Ada@fass.example")).status == 204
    assert account_of("ada@fass.example")["address"] == "Ada@fass.example"
    databases.check_invariants()


def test_without_mail_nothing_is_verified_or_changed(owner: Owner, databases: Databases) -> None:
    before = databases.fingerprint()
    answers = [ask(owner, password="wrong"), complete(owner, "x" * 43), undo(owner.service, "x" * 43)]
    assert [(answer.status, answer.code) for answer in answers] == [(503, "mail-not-configured")] * 3
    assert databases.fingerprint() == before


def test_address_is_asked_for_five_times_an_hour_and_by_an_account_ten_times(
    ada: Owner, mailbox: Mailbox
) -> None:
    assert [ask(ada).status for _ in range(6)] == [202] * 5 + [429]
    others = [ask(ada, f"{number}@another.example").status for number in range(5)]
    assert others == [202] * 4 + [429]
    second = sign_up(ada.service, "Beta")
    refused = ask(second, ANOTHER.upper())
    assert (refused.status, "retry-after" in refused.headers) == (429, True)
    assert ask(second, "free@another.example").status == 202
