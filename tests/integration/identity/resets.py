"""Requests about a forgotten password, and what makes its links die."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from tenantry.identity import accounts, unused_accounts
from tenantry.runtime import moments
from tests.support.mailbox import Mailbox
from tests.support.mails import Mail
from tests.support.owners import PASSWORD, Owner
from tests.support.service import Answer, Service

Event = Callable[[Owner], None]
CHOSEN = "seven islands in a quiet sea"


def ask(service: Service, email: str, headers: Mapping[str, str] | None = None) -> Answer:
    return service.post("/account/password-reset", {"email": email}, headers=headers)


def complete(service: Service, token: str, password: str = CHOSEN) -> Answer:
    return service.post("/account/password-reset/complete", {"token": token, "new_password": password})


def delivered(mailbox: Mailbox) -> list[Mail]:
    """Send what is waiting, and return what is about passwords, for a sign-up sends mails as well."""
    before = len(mailbox.sent)
    mailbox.send_waiting()
    return [mail for mail in mailbox.sent[before:] if "password" in mail.subject]


def mailed_token(mailbox: Mailbox, to: str) -> str:
    """Send what is waiting, and return the token of the one link that was mailed, to this address."""
    (letter,) = [mail for mail in delivered(mailbox) if "/reset-password#" in mail.plain]
    assert letter.to == to
    return letter.token


def prove_address(owner: Owner) -> None:
    """Let the owner's address be proved; links bound to the account's epoch are sent from here on."""
    proved = {"$set": {"verified_at": moments.now()}}
    assert accounts.accounts().update_one({"email": owner.email}, proved).modified_count == 1


def change_password(owner: Owner) -> None:
    body = {"current_password": PASSWORD, "new_password": f"{PASSWORD} changed"}
    assert owner.service.put("/account/password", body, token=owner.token).status == 204


def log_out(owner: Owner) -> None:
    assert owner.service.post("/logout/everywhere", token=owner.token).status == 204


def end_account(owner: Owner) -> None:
    """Let the account be without an organization for longer than it may."""
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    since = moments.now() - unused_accounts.KEPT_FOR - timedelta(days=1)
    accounts.accounts().update_many({}, {"$set": {"without_organization_since": since}})
    assert len(list(unused_accounts.end_all())) == 1
