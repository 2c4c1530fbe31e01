"""A forgotten password: what is asked for, mailed and completed, and what nobody learns from it."""

from datetime import timedelta
from typing import Any

import pytest

from tenantry.identity.mail.limits import MAILS_PER_ADDRESS
from tenantry.runtime.settings import settings
from tests.integration.audit.records import recorded
from tests.integration.identity.resets import CHOSEN, ask, complete, delivered, mailed_token
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in, sign_up, tokens
from tests.support.recorder import recording
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("mailbox")


def account_of(databases: Databases, email: str) -> Any:
    account = databases.master["accounts"].find_one({"email": email})
    assert account is not None
    return account


def test_whoever_gets_the_mail_chooses_another_password(
    owner: Owner, databases: Databases, mailbox: Mailbox
) -> None:
    before = tokens(owner.service, owner.email)
    asked = ask(owner.service, owner.email)
    assert (asked.status, asked.text) == (202, "")
    token = mailed_token(mailbox, owner.email)
    done = complete(owner.service, token)
    assert (done.status, done.text) == (204, "")
    assert owner.service.post("/login", {"email": owner.email, "password": PASSWORD}).status == 401
    session = tokens(owner.service, owner.email, password=CHOSEN)
    assert owner.service.get(owner.path, token=session["access_token"]).status == 200
    for dead in (owner.token, before["access_token"]):
        assert owner.service.get(owner.path, token=dead).status == 401
    assert owner.service.post("/login/refresh", {"refresh_token": before["refresh_token"]}).status == 401
    assert "verified_at" in account_of(databases, owner.email)
    databases.check_invariants()


def test_owner_is_told_what_to_do_if_it_was_somebody_else(owner: Owner, mailbox: Mailbox) -> None:
    ask(owner.service, owner.email)
    token = mailed_token(mailbox, owner.email)
    complete(owner.service, token)
    (notice,) = delivered(mailbox)
    assert (notice.to, notice.subject) == (owner.email, "Your password was changed")
    assert "If it was not you" in notice.plain
    for text in (notice.plain, notice.html):
        assert "#token=" not in text
        assert token not in text


def test_change_of_the_password_is_told_to_an_address_that_is_proved(
    owner: Owner, databases: Databases, mailbox: Mailbox
) -> None:
    body = {"current_password": PASSWORD, "new_password": CHOSEN}
    assert owner.service.put("/account/password", body, token=owner.token).status == 204
    assert delivered(mailbox) == []
    ask(owner.service, owner.email)
    complete(owner.service, mailed_token(mailbox, owner.email), PASSWORD)
    delivered(mailbox)
    again = log_in(owner.service, owner.email)
    assert owner.service.put("/account/password", body, token=again).status == 204
    assert [notice.subject for notice in delivered(mailbox)] == ["Your password was changed"]


def test_device_token_ends_with_the_password(owner: Owner, mailbox: Mailbox) -> None:
    device = tokens(owner.service, owner.email)["device_token"]
    ask(owner.service, owner.email)
    complete(owner.service, mailed_token(mailbox, owner.email))
    fields = {"email": owner.email, "password": CHOSEN, "device_token": device}
    assert owner.service.post("/login", fields).json["device_token"] != device


def test_reset_is_recorded_as_the_accounts_doing_without_a_token(
    owner: Owner, databases: Databases, mailbox: Mailbox
) -> None:
    ask(owner.service, owner.email)
    token = mailed_token(mailbox, owner.email)
    before = len(recorded(databases))
    complete(owner.service, token)
    reset, verified = recorded(databases)[before:]
    assert [reset["action"], verified["action"]] == ["password.reset", "account.verified"]
    account_id = account_of(databases, owner.email)["_id"]
    assert reset["account_id"] == account_id
    assert reset["actor"] == {"type": "account", "id": account_id}
    assert token not in str(recorded(databases))


def test_asking_changes_and_records_nothing_of_the_account(
    owner: Owner, databases: Databases, mailbox: Mailbox
) -> None:
    before = databases.dump(apart_from={"login_attempts", "mails", "links"})
    for _ in range(2):
        ask(owner.service, owner.email)
    delivered(mailbox)
    assert databases.dump(apart_from={"login_attempts", "mails", "links"}) == before
    assert owner.service.get(owner.path, token=owner.token).status == 200


def test_request_does_the_same_whoever_has_the_address(
    owner: Owner, mailbox: Mailbox, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal commands take equal time, so neither the answer nor its duration tells anything."""
    with recording(monkeypatch) as recorder:
        ask(owner.service, "warm@up.example")
        sent, answers = [], []
        for email in (owner.email, "nobody@alpha.example"):
            recorder.commands.clear()
            answers.append(ask(owner.service, email).apart_from_request_id)
            sent.append([shape(command) for _, command in recorder.commands])
    assert answers[0] == answers[1]
    assert sent[0] == sent[1]
    assert "mails" in str(sent[0])
    assert "accounts" not in str(sent[0])


def shape(value: Any) -> Any:
    """Return the names of fields at any depth, and of values only what they name in the database."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return value if value in ("mails", "login_attempts", "accounts") else type(value).__name__


def test_address_without_an_account_gets_no_mail(
    service: Service, databases: Databases, mailbox: Mailbox
) -> None:
    assert ask(service, "nobody@alpha.example").status == 202
    assert delivered(mailbox) == []
    assert databases.master["mails"].count_documents({}) == 0
    assert databases.master["links"].count_documents({}) == 0


@pytest.mark.parametrize("spelled", ["ADA@Example.com", "ada@EXAMPLE.COM"])
def test_mail_goes_to_the_address_as_its_owner_wrote_it(
    service: Service, mailbox: Mailbox, spelled: str
) -> None:
    sign_up(service, "Alpha", email="Ada@example.com")
    assert ask(service, spelled).status == 202
    (letter,) = delivered(mailbox)
    assert letter.to == "Ada@example.com"


@pytest.mark.parametrize(
    "spelled", ["mi\u212ae@example.com", "\u017ftefan@example.com", "MI\u212aE@example.com"]
)
def test_letter_that_folds_into_another_gets_no_mail_to_whoever_has_its_spelling(
    service: Service, mailbox: Mailbox, spelled: str
) -> None:
    """The Kelvin sign and the long s, with which others' accounts were taken elsewhere."""
    sign_up(service, "Mike", email="mike@example.com")
    sign_up(service, "Stefan", email="stefan@example.com")
    assert ask(service, spelled).status == 202
    (letter,) = delivered(mailbox)
    assert letter.to in {"mike@example.com", "stefan@example.com"}


@pytest.mark.parametrize(
    "spelled", ["m\u0131ke@example.com", "mik\u00e9@example.com", "\u043cike@example.com"]
)
def test_letter_that_only_looks_alike_is_another_address(
    service: Service, mailbox: Mailbox, spelled: str
) -> None:
    sign_up(service, "Mike", email="mike@example.com")
    assert ask(service, spelled).status == 202
    assert delivered(mailbox) == []


HOSTILE_FIELDS = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example",
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/",
}


def test_link_begins_with_the_url_of_the_product_whatever_the_request_says(
    owner: Owner, mailbox: Mailbox
) -> None:
    ask(owner.service, owner.email, HOSTILE_FIELDS)
    (letter,) = delivered(mailbox)
    assert f"{settings().app_url}/reset-password#token=" in letter.plain
    assert "evil" not in letter.plain + letter.html


def test_account_without_organization_resets_its_password(owner: Owner, mailbox: Mailbox) -> None:
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    ask(owner.service, owner.email)
    assert complete(owner.service, mailed_token(mailbox, owner.email)).status == 204
    assert tokens(owner.service, owner.email, password=CHOSEN)["organization"] is None


def test_address_gets_so_many_mails_an_hour_whoever_has_it(owner: Owner, mailbox: Mailbox) -> None:
    for email in (owner.email, "nobody@alpha.example"):
        answers = [ask(owner.service, email) for _ in range(MAILS_PER_ADDRESS + 1)]
        assert [answer.status for answer in answers] == [202] * MAILS_PER_ADDRESS + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= timedelta(hours=1).total_seconds()
    delivered(mailbox)


def test_without_mail_it_is_refused_for_everybody_alike(
    owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("MAIL_FROM", "")
        settings.cache_clear()
        answers = [ask(owner.service, email) for email in (owner.email, "nobody@alpha.example")]
    assert (answers[0].status, answers[0].code) == (503, "mail-not-configured")
    assert answers[0].headers["retry-after"] == "3600"
    assert answers[0].apart_from_request_id == answers[1].apart_from_request_id
    assert databases.master["mails"].count_documents({"kind": "reset-password"}) == 0
