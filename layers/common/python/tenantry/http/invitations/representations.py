"""What clients see of invitations, as `tenantry.http.invitations.answers` describes it."""

from typing import Any

from tenantry.http.accounts.representations import account_of
from tenantry.http.organizations.representations import reference_to
from tenantry.identity.invitations.accepting import Accepted
from tenantry.identity.invitations.document import InvitationDocument, address_of, state_of
from tenantry.language.paging import Page
from tenantry.runtime.moments import rfc3339


def invitation_of(document: InvitationDocument) -> dict[str, Any]:
    """Return the representation of an invitation."""
    return {
        "id": document["_id"],
        "email": address_of(document),
        "role": document["role"],
        "invited_by": document["invited_by"],
        "created_at": rfc3339(document["created_at"]),
        "expires_at": rfc3339(document["expires_at"]),
        "state": state_of(document),
    }


def page_of(page: Page) -> dict[str, Any]:
    """Return the representation of a page of invitations."""
    return {
        "invitations": [invitation_of(document) for document in page.documents],
        "next_cursor": page.next_cursor,
    }


def accepted_of(accepted: Accepted) -> dict[str, Any]:
    """Return what whoever has accepted an invitation sees."""
    return {
        "organization": reference_to(accepted.organization),
        "role": accepted.role,
        "account": account_of(accepted.account),
    }
