"""Changes of an account's address, as its owner and others make them."""

from typing import Any

from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses.email_addresses import canonical_email
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in
from tests.support.service import Answer, Service

ANOTHER = "ada@another.example"
THIRD = "ada@third.example"
CHOSEN = "another horse battery staple"


def ask(owner: Owner, address: str = ANOTHER, password: str = PASSWORD, token: str | None = None) -> Answer:
    body = {"new_email": address, "current_password": password}
    return owner.service.post("/account/email-change", body, token=token or owner.token)


def link_to(owner: Owner, mailbox: Mailbox, address: str = ANOTHER, token: str | None = None) -> str:
    """Ask for an address, and return the token of the link that goes there."""
    assert ask(owner, address, token=token).status == 202
    return mailbox.token(address)


def complete(owner: Owner, link: str, token: str | None = None) -> Answer:
    return owner.service.post("/account/email-change/complete", {"token": link}, token=token or owner.token)


def undo(service: Service, link: str) -> Answer:
    return service.post("/account/email-change/undo", {"token": link})


def change(owner: Owner, mailbox: Mailbox, address: str = ANOTHER, token: str | None = None) -> str:
    """Change the address, and return a token of a login with it."""
    assert complete(owner, link_to(owner, mailbox, address, token), token).status == 204
    mailbox.send_waiting()
    return log_in(owner.service, address)


def verified(owner: Owner, databases: Databases) -> Owner:
    """Have the owner's address verified."""
    account = account_of(owner.email)
    databases.master["accounts"].update_one(
        {"_id": account["_id"]}, {"$set": {"verified_at": account["created_at"]}}
    )
    return owner


def account_of(email: str) -> AccountDocument:
    account = accounts.find_by_email(canonical_email(email))
    assert account is not None
    return account


def held(databases: Databases) -> list[str]:
    return sorted(hold["_id"] for hold in databases.master["email_holds"].find())


def sign_up_with(service: Service, email: str, name: str = "Stranger") -> Answer:
    body: dict[str, Any] = {"name": name, "email": email, "password": PASSWORD}
    return service.post("/organizations", body)
