"""Who sends the request: dependencies for routes, to be used with Powertools' `Depends`."""

from typing import Final

from aws_lambda_powertools.event_handler.request import Request

from tenantry import request_context
from tenantry.accounts import Membership
from tenantry.authentication import authenticate
from tenantry.errors import InvalidToken, MissingToken, OperatorRequired, OrganizationNotFound
from tenantry.observability import logger
from tenantry.request_context import Actor

SCHEME: Final = "bearer"


def caller(request: Request) -> Membership:
    """Return the membership that the request's bearer token speaks for (RFC 6750 section 2.1).

    Examples
    --------
    >>> @app.get("/notes")
    ... def list_notes(caller: Annotated[Membership, Depends(http.caller)]) -> list[dict]:
    ...     return tenants.collection(caller).find({})

    Raises
    ------
    InvalidToken
        There is no token, or it is not valid any more.
    """
    authorization = request.headers.get("authorization")
    if not authorization:
        raise MissingToken
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != SCHEME:
        raise InvalidToken
    membership = authenticate(token.strip(" "))
    logger.append_keys(organization_id=membership.organization_id, account_id=membership.account_id)
    request_context.set_actor(Actor("account", membership.account_id))
    return membership


def optional_caller(request: Request) -> Membership | None:
    """Return the caller, or None if the request carries no credentials at all."""
    return caller(request) if request.headers.get("authorization") else None


def member(request: Request) -> Membership:
    """Return the caller, who must be a member of the organization in the path.

    Raises
    ------
    InvalidToken
        There is no token, or it is not valid any more.
    OrganizationNotFound
        The organization in the path is another one, or none.
    """
    membership = caller(request)
    organization = membership.organization
    if request.path_parameters["organization"] not in (organization["_id"], organization["slug"]):
        raise OrganizationNotFound
    return membership


def operator(request: Request) -> str:
    """Return the ARN of the platform's operator, whom API Gateway has authenticated with IAM (SigV4).

    API Gateway lets nobody else through to a route with AWS_IAM authorization. That the event names somebody
    is checked all the same, so that a route that was deployed without it is open to nobody.

    Raises
    ------
    OperatorRequired
        The request was not authenticated with IAM.
    """
    arn = request.resolved_event["requestContext"].get("identity", {}).get("userArn")
    if not arn:
        raise OperatorRequired
    logger.append_keys(operator=arn)
    request_context.set_actor(Actor("operator", arn))
    return str(arn)
