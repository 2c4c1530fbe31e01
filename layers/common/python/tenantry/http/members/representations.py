"""What members see of each other, as `tenantry.http.members.answers` describes it."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from tenantry.http.preconditions import etag
from tenantry.identity.memberships.listing import Person
from tenantry.identity.memberships.ownership import Transfer
from tenantry.language.paging import Page
from tenantry.runtime.moments import rfc3339


def member_of(person: Person) -> dict[str, Any]:
    """Return a member's representation."""
    return {
        "id": person.member_id,
        "account_id": person.account_id,
        "email": person.address,
        "verified": person.is_verified,
        "role": person.role,
        "joined_at": rfc3339(person.joined_at),
    }


def member_answer(person: Person) -> Response[dict[str, Any]]:
    """Return the answer that shows one member."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"ETag": etag(person.version)},
        body=member_of(person),
    )


def page_of(page: Page) -> dict[str, Any]:
    """Return the representation of a page of members."""
    return {"members": [member_of(person) for person in page.documents], "next_cursor": page.next_cursor}


def transfer_of(transfer: Transfer) -> dict[str, Any]:
    """Return the representation of ownership that is offered."""
    return {
        "owner": transfer.owner["_id"],
        "member": transfer.member["_id"],
        "expires_at": rfc3339(transfer.offer["expires_at"]),
    }
