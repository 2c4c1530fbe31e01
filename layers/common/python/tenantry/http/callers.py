"""Who sends the request: types of routes' parameters, which Powertools resolves before it calls the route."""

from datetime import timedelta
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import InvalidToken, LoginTooOld, MissingToken, OperatorRequired, OrganizationNotFound
from tenantry.identity.authentication import authenticate
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity
from tenantry.identity.tokens import CLOCK_SKEW_SECONDS
from tenantry.runtime import moments, request_context
from tenantry.runtime.observability import logger
from tenantry.runtime.request_context import Actor

SCHEME: Final = "bearer"
RECENT: Final = timedelta(minutes=10)  # as the challenge of LoginTooOld says


def identity(request: Request) -> Identity:
    """Return whom the request's bearer token speaks for (RFC 6750 section 2.1), also if in no organization.

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
    authenticated = authenticate(token.strip(" "))
    logger.append_keys(account_id=authenticated.account_id)
    if authenticated.membership is not None:
        logger.append_keys(organization_id=authenticated.membership.organization_id)
    request_context.set_actor(Actor("account", authenticated.account_id))
    return authenticated


Bearer = Annotated[Identity, Depends(identity)]
"""Whom the request's token speaks for, also if in no organization; else 401."""


def optional_identity(request: Request) -> Identity | None:
    """Return whom the token speaks for, or None if the request carries no credentials at all."""
    return identity(request) if request.headers.get("authorization") else None


OptionalBearer = Annotated[Identity | None, Depends(optional_identity)]
"""Whom the request's token speaks for, or None if it carries none; 401 if the token is not valid."""


def caller(request: Request) -> Membership:
    """Return the membership that the request's bearer token speaks for.

    Raises
    ------
    InvalidToken
        There is no token, or it is not valid any more.
    OrganizationNotFound
        The token is for no organization.
    """
    return _membership(identity(request))


Caller = Annotated[Membership, Depends(caller)]
"""The membership that the request's token speaks for; 401 without a valid token, 404 if it is in none.

>>> @app.get("/notes")
... def list_notes(caller: Caller) -> list[dict]:
...     return tenants.collection(caller).find({})
"""

Organization = Annotated[str, "Slug or id"]
"""The path's parameter, which `Member` compares; `local.openapi` describes it, which takes pydantic."""


def member(request: Request) -> Membership:
    """Return the caller, who must be a member of the organization in the path.

    Raises
    ------
    InvalidToken
        There is no token, or it is not valid any more.
    OrganizationNotFound
        The organization in the path is another one, or none.
    """
    return _member(request, identity(request))


Member = Annotated[Membership, Depends(member)]
"""The caller, a member of the organization in the path; 401 without a valid token, 404 if of another one."""


def recent_member(request: Request) -> Membership:
    """Return the caller as `member` does, who must also have sent the password a short while ago.

    What cannot be taken back asks for it, for a token may be a stolen one.

    Raises
    ------
    InvalidToken
        There is no token, or it is not valid any more.
    OrganizationNotFound
        The organization in the path is another one, or none.
    LoginTooOld
        The login that the token comes from, refreshed or not, is older than `RECENT`.
    """
    authenticated = identity(request)
    membership = _member(request, authenticated)
    if moments.now() - authenticated.authenticated_at > RECENT + timedelta(seconds=CLOCK_SKEW_SECONDS):
        raise LoginTooOld
    return membership


RecentMember = Annotated[Membership, Depends(recent_member)]
"""As `Member`; 401 also if the password was sent longer ago than `RECENT`."""


def _membership(authenticated: Identity) -> Membership:
    if authenticated.membership is None:
        raise OrganizationNotFound
    return authenticated.membership


def _member(request: Request, authenticated: Identity) -> Membership:
    membership = _membership(authenticated)
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


Operator = Annotated[str, Depends(operator)]
"""ARN of the platform's operator; else 403."""
