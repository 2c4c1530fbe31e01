"""Invitations, sent and accepted over the API."""

from typing import Any

from tenantry.identity import accounts
from tenantry.identity.addresses import address_proof
from tenantry.runtime import moments, mongodb
from tests.support.databases import Databases
from tests.support.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import OMITTED, Answer, Service

GRACE = "grace@example.com"
CHOSEN = "another horse battery staple"


def sign_up_verified(service: Service, name: str, **fields: Any) -> Owner:
    """Sign up, and verify the owner's address."""
    owner = sign_up(service, name, **fields)
    verify(owner.email)
    return owner


def verify(email: str) -> None:
    """Verify the address of an account, without a mail."""
    account = accounts.find_by_email(email)
    assert account is not None
    mongodb.run_transaction(lambda session: address_proof.note(account, "verify-email", session))


def ask(owner: Owner, email: str = GRACE, role: str = "editor", token: str | None = None) -> Answer:
    """Ask for an invitation."""
    return owner.service.post(
        f"{owner.path}/invitations", {"email": email, "role": role}, token=token or owner.token
    )


def invite(
    owner: Owner, email: str = GRACE, role: str = "editor", token: str | None = None
) -> dict[str, Any]:
    """Invite an address, and return the invitation."""
    answer = ask(owner, email, role, token)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def invited(owner: Owner, mailbox: Mailbox, email: str = GRACE, role: str = "editor") -> str:
    """Invite an address, and return the token that its owner reads in the mail."""
    invite(owner, email, role)
    return link_in(mailbox)


def link_in(mailbox: Mailbox) -> str:
    """Return the token of the invitation that was mailed last, whatever else is mailed."""
    mailbox.send_waiting()
    return [mail.token for mail in mailbox.sent if "accept-invitation" in mail.plain][-1]


def accept(service: Service, link: str, password: str | None = PASSWORD, bearer: str | None = None) -> Answer:
    """Accept an invitation: with an access token if there is one, by a sign-up otherwise."""
    body = {"token": link} | ({"password": password} if bearer is None and password is not None else {})
    return service.post("/invitations/accept", body if body else OMITTED, token=bearer)


def roles_in(owner: Owner) -> dict[str, str]:
    """Return the roles of an organization's members by their addresses."""
    stored = mongodb.collection("members").find({"organization_id": owner.id})
    return {
        mongodb.collection("accounts").find_one({"_id": member["account_id"]})["email"]: member["role"]  # type: ignore[index]
        for member in stored
    }


def path_of(owner: Owner, invitation: dict[str, Any]) -> str:
    """Return the path of an invitation."""
    return f"{owner.path}/invitations/{invitation['id']}"


def resend(owner: Owner, invitation: dict[str, Any], token: str | None = None) -> Answer:
    """Send an invitation again."""
    return owner.service.post(f"{path_of(owner, invitation)}/resend", token=token or owner.token)


def revoke(owner: Owner, invitation: dict[str, Any]) -> Answer:
    """Revoke an invitation."""
    return owner.service.delete(path_of(owner, invitation), token=owner.token)


def listed(owner: Owner, query: str = "") -> Any:
    """Return a page of an organization's invitations."""
    answer = owner.service.get(f"{owner.path}/invitations{query}", token=owner.token)
    assert answer.status == 200, answer.text
    return answer.json


def let_expire(databases: Databases, invitation: dict[str, Any]) -> None:
    """Let the time of an invitation be over."""
    databases.master["invitations"].update_one(
        {"_id": invitation["id"]}, {"$set": {"expires_at": moments.now()}}
    )


def account_of(databases: Databases, email: str) -> Any:
    """Return the account that has an address, as it is stored."""
    return databases.master["accounts"].find_one({"email": email})
