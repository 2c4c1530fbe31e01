"""Several people in one organization, each with a browser."""

from http import HTTPStatus

from tenantry.identity.roles import Role
from tests.e2e.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, log_in


def verify(owner: Owner, mailbox: Mailbox) -> None:
    """Confirm the owner's address, without which nobody is invited."""
    proof = {"token": mailbox.to(owner.email)[-1].token}
    answer = owner.service.post("/account/email-verification/complete", proof, token=owner.token)
    assert answer.status == HTTPStatus.NO_CONTENT, answer.text


def join(owner: Owner, mailbox: Mailbox, role: Role) -> Owner:
    """Invite somebody, who accepts, and return the account, as it is in this organization."""
    email = f"{role}-{owner.email}"
    invitation = {"email": email, "role": role}
    invited = owner.service.post(f"{owner.path}/invitations", invitation, token=owner.token)
    assert invited.status == HTTPStatus.CREATED, invited.text
    link = {"token": mailbox.to(email)[-1].token, "password": PASSWORD}
    assert owner.service.post("/invitations/accept", link).status == HTTPStatus.OK
    return Owner(owner.service, email, owner.organization, log_in(owner.service, email, owner.id))


def member_id(owner: Owner, email: str) -> str:
    """Return the id of a member of the owner's organization."""
    members = owner.service.get(f"{owner.path}/members", token=owner.token).json["members"]
    return next(str(member["id"]) for member in members if member["email"] == email)
