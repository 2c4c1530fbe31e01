"""What clients see of accounts and tokens, as `tenantry.http.accounts.answers` describes it."""

from typing import Any

from tenantry.http.organizations.representations import organization_of
from tenantry.identity.accounts import AccountDocument, address_of, is_verified
from tenantry.identity.sessions import Tokens
from tenantry.identity.tokens import LIFETIME_SECONDS
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime.moments import rfc3339


def account_of(document: AccountDocument) -> dict[str, Any]:
    """Return an account's representation."""
    return {
        "id": document["_id"],
        "email": address_of(document),
        "verified": is_verified(document),
        "created_at": rfc3339(document["created_at"]),
    }


def access_token_of(token: str, organization: OrganizationDocument | None) -> dict[str, Any]:
    """Return the representation of an access token, which is for an organization or for none (RFC 6749)."""
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "organization": None if organization is None else organization_of(organization),
    }


def tokens_of(tokens: Tokens) -> dict[str, Any]:
    """Return the representation of the tokens that a login or refresh gives."""
    representation = access_token_of(tokens.access_token, tokens.organization)
    representation["refresh_token"] = tokens.refresh_token
    if tokens.device_token is not None:
        representation["device_token"] = tokens.device_token
    return representation
