"""Requests about a forgotten password, and what makes its links die."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from pymongo.client_session import ClientSession

from tenantry.errors import LinkNotFound
from tenantry.identity import accounts, password_reset, unused_accounts
from tenantry.identity.memberships import joining
from tenantry.runtime import moments, mongodb
from tests.integration.identity.attempts import attempt
from tests.support.mailbox import Mailbox
from tests.support.mails import Mail
from tests.support.owners import PASSWORD, Owner
from tests.support.service import Answer, Service

Event = Callable[[Owner], None]
Call = Callable[[], object]
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


def reset_of(owner: Owner, mailbox: Mailbox, email: str | None = None) -> Call:
    """Have a link mailed to the account's address; return the request that uses it."""
    assert ask(owner.service, email or owner.email).status == 202
    token = mailed_token(mailbox, email or owner.email)
    return partial(password_reset.complete, token, CHOSEN)


def outcome_of(call: Call) -> Exception | None:
    """Return what a call raises."""
    try:
        call()
    except Exception as error:
        return error
    return None


def opening(owner: Owner, email: str) -> set[str]:
    """Return those of the passwords that log in with an address."""
    statuses = {text: attempt(owner.service, email, text).status for text in (PASSWORD, CHOSEN)}
    assert set(statuses.values()) <= {200, 401}
    return {text for text, status in statuses.items() if status == 200}


def check_dead(owner: Owner, before: dict[str, Any]) -> None:
    """Check that neither the owner's access token nor those of another login are of any use."""
    for access_token in (owner.token, before["access_token"]):
        assert owner.service.get("/account", token=access_token).status == 401
    refreshed = owner.service.post("/login/refresh", {"refresh_token": before["refresh_token"]})
    assert refreshed.code == "invalid-refresh-token"


def check_refused(*calls: Call) -> None:
    """Check that no link of these requests is there."""
    assert [type(outcome_of(call)) for call in calls] == [LinkNotFound] * len(calls)


def prove_address(owner: Owner) -> None:
    """Let the owner's address be verified; links bound to the account's epoch are sent from here on."""
    proved = {"$set": {"verified_at": moments.now()}}
    assert accounts.accounts().update_one({"email": owner.email}, proved).modified_count == 1


@mongodb.in_transaction
def join(session: ClientSession, owner: Owner, organization_id: str) -> None:
    """Let the account become a member of another organization."""
    account = accounts.find_by_email(owner.email)
    assert account is not None
    joining.add(organization_id, account["_id"], "viewer", session)


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
