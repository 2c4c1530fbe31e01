"""What clients see of the stored documents."""

from tenantry import schemas
from tenantry.accounts import AccountDocument
from tenantry.organizations import OrganizationDocument
from tenantry.sessions import Tokens
from tenantry.tokens import LIFETIME_SECONDS


def organization_of(document: OrganizationDocument) -> schemas.Organization:
    """Return an organization's representation."""
    return schemas.Organization(
        id=document["_id"],
        name=document["name"],
        slug=document["slug"],
        collection=document["collection"],
        state=document["state"],
        version=document["version"],
        metadata=document["metadata"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )


def account_of(document: AccountDocument) -> schemas.Account:
    """Return an account's representation."""
    return schemas.Account(id=document["_id"], email=document["email"], created_at=document["created_at"])


def access_token_of(tokens: Tokens) -> schemas.AccessToken:
    """Return the representation of the tokens that a login or refresh gives."""
    return schemas.AccessToken(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=LIFETIME_SECONDS,
        organization=organization_of(tokens.organization),
    )
