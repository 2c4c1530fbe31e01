"""What clients see of the stored documents, as `tenantry.http.answer_schemas` describes it."""

from typing import Any

from tenantry.accounts import AccountDocument, address_of
from tenantry.organizations import OrganizationDocument
from tenantry.sessions import Tokens
from tenantry.timestamps import rfc3339
from tenantry.tokens import LIFETIME_SECONDS

Representation = dict[str, Any]


def organization_of(document: OrganizationDocument) -> Representation:
    """Return an organization's representation."""
    return {
        "id": document["_id"],
        "name": document["name"],
        "slug": document["slug"],
        "collection": document["collection"],
        "state": document["state"],
        "version": document["version"],
        "metadata": document["metadata"],
        "created_at": rfc3339(document["created_at"]),
        "updated_at": rfc3339(document["updated_at"]),
    }


def account_of(document: AccountDocument) -> Representation:
    """Return an account's representation."""
    return {
        "id": document["_id"],
        "email": address_of(document),
        "created_at": rfc3339(document["created_at"]),
    }


def access_token_of(tokens: Tokens) -> Representation:
    """Return the representation of the tokens that a login or refresh gives (RFC 6749 section 5.1)."""
    representation = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "organization": None if tokens.organization is None else organization_of(tokens.organization),
    }
    if tokens.device_token is not None:
        representation["device_token"] = tokens.device_token
    return representation
