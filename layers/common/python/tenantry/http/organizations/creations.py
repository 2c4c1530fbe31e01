"""What the routes that create an organization have in common."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from tenantry.http.accounts.representations import account_of
from tenantry.http.organizations.representations import organization_of
from tenantry.http.preconditions import etag
from tenantry.identity.accounts import AccountDocument
from tenantry.registry.organizations.document import OrganizationDocument


def created(
    organization: OrganizationDocument, account: AccountDocument, path: str
) -> Response[dict[str, Any]]:
    """Answer an organization that has been created.

    Parameters
    ----------
    organization, account : dict
        As they are stored.
    path : str
        Path of the request's URL, which ends with the collection of organizations.
    """
    organizations = path.rstrip("/").replace("/operator/", "/", 1)  # where its members find it
    return Response(
        status_code=HTTPStatus.CREATED,
        content_type="application/json",
        headers={
            "Location": f"{organizations}/{organization['_id']}",
            "ETag": etag(organization["version"]),
        },
        body={"organization": organization_of(organization), "account": account_of(account)},
    )
