"""Further members of organizations, with accounts of their own."""

import secrets
from dataclasses import dataclass, field, replace

from pymongo.client_session import ClientSession

from tenantry.identity import accounts
from tenantry.identity.addresses import address_proof
from tenantry.identity.memberships import joining
from tenantry.identity.passwords import hash_password
from tenantry.identity.roles import Role
from tenantry.runtime import mongodb
from tests.support.owners import PASSWORD, log_in
from tests.support.service import Service


@dataclass(frozen=True)
class Colleague:
    """A member of an organization, and a token for it, if it has logged in; or nobody."""

    member_id: str = field(default_factory=lambda: f"mem_{secrets.token_hex(16)}")
    account_id: str = field(default_factory=lambda: f"acct_{secrets.token_hex(16)}")
    email: str = ""
    role: Role = "viewer"
    token: str = ""


@mongodb.in_transaction
def join(session: ClientSession, organization_id: str, role: Role, email: str | None = None) -> Colleague:
    """Let a person who has no account yet join an organization, as by an invitation, without the API."""
    account = accounts.create_document(
        email or f"{secrets.token_hex(8)}@example.com", hash_password(PASSWORD)
    )
    accounts.insert(account, session)
    address_proof.note(account, "invitation", session)
    member_id = joining.add(organization_id, account["_id"], role, session)
    return Colleague(member_id, account["_id"], account["email"], role)


def join_and_log_in(service: Service, organization_id: str, role: Role) -> Colleague:
    """Let a person who has no account yet join an organization, and log in to it."""
    joined = join(organization_id, role)
    token = log_in(service, joined.email, organization_id)
    return replace(joined, token=token)
