"""Who sends the request: types of routes' parameters, which Powertools resolves before it calls the route."""

from datetime import timedelta
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import (
    InvalidToken,
    LoginTooOld,
    MissingToken,
    OperatorRequired,
    OrganizationNotFound,
    RoleTooLow,
)
from tenantry.http import former_slugs
from tenantry.identity.authentication import authenticate
from tenantry.identity.members import Membership
from tenantry.identity.roles import LEAST_ROLES, Permission, Role, is_at_least
from tenantry.identity.sessions import Identity
from tenantry.identity.tokens import CLOCK_SKEW_SECONDS
from tenantry.registry import limits, rates
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.former_slugs import find as find_former
from tenantry.registry.usage import counting
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
    TooManyRequests
        The organization has sent as many requests as it may at the moment.
    """
    authorization = request.headers.get("authorization")
    if not authorization:
        raise MissingToken
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != SCHEME:
        raise InvalidToken
    authenticated = authenticate(token.strip(" "))
    logger.append_keys(account_id=authenticated.account_id)
    request_context.set_actor(Actor("account", authenticated.account_id))
    if authenticated.membership is not None:
        logger.append_keys(organization_id=authenticated.membership.organization_id)
        _admit(authenticated.membership.organization)
    return authenticated


def _admit(organization: OrganizationDocument) -> None:
    """Take the request out of the organization's rate, if it has one, and count it."""
    rate = limits.of(organization).get(rates.NAME)
    if rate is not None:
        rates.spend(organization["_id"], rate)
    counting.note(organization["_id"])


Bearer = Annotated[Identity, Depends(identity)]
"""Whom the request's token speaks for, also if in no organization; else 401."""


def optional_identity(request: Request) -> Identity | None:
    """Return whom the token speaks for, or None if the request carries no credentials at all."""
    return identity(request) if request.headers.get("authorization") else None


OptionalBearer = Annotated[Identity | None, Depends(optional_identity)]
"""Whom the request's token speaks for, or None if it carries none; 401 if the token is not valid."""


class AtLeast(Depends):
    """Dependency of a route: the caller's membership, with this role or a higher one at this moment.

    Where the path names an organization, it must be the one that the token is for. To the route it raises

    * InvalidToken: there is no token, or it is not valid any more.
    * TooManyRequests: the token's organization has sent as many requests as it may at the moment.
    * OrganizationNotFound: the token is for no organization, or for another one than the path names.
    * RoleTooLow: the caller's role is a lower one.

    Parameters
    ----------
    least : Role
        The least role that may do what the route does.
    """

    def __init__(self, least: Role) -> None:
        super().__init__(self.membership)
        self.least = least

    def membership(self, request: Request, caller: Bearer) -> Membership:
        """Return the caller's membership, or raise why the route is not for it."""
        membership = caller.membership
        if membership is None:
            raise OrganizationNotFound
        organization = membership.organization
        named = request.path_parameters.get("organization", organization["_id"])
        if named not in (organization["_id"], organization["slug"]):
            former = find_former(organization, named)
            if former is None:
                raise OrganizationNotFound
            former_slugs.note(former, organization)
        if not is_at_least(membership.role, self.least):
            raise RoleTooLow.of(membership.role, self.least)
        return membership


Viewer = Annotated[Membership, AtLeast("viewer")]
"""The membership that the request's token speaks for, whatever its role; see `AtLeast`.

>>> @app.get("/notes")
... def list_notes(caller: Viewer) -> list[dict]:
...     return tenants.collection(caller).find({})
"""
Editor = Annotated[Membership, AtLeast("editor")]
"""As `Viewer`, but an editor, an admin or an owner; 403 otherwise."""
Admin = Annotated[Membership, AtLeast("admin")]
"""As `Viewer`, but an admin or an owner; 403 otherwise."""
Owner = Annotated[Membership, AtLeast("owner")]
"""As `Viewer`, but an owner; 403 otherwise."""

Organization = Annotated[str, "Slug or id"]
"""The path's parameter, which `AtLeast` compares; `local.openapi` describes it, which takes pydantic."""


def may(permission: Permission) -> AtLeast:
    """Return the dependency of a route that does what `tenantry.identity.roles` permits to a least role.

    >>> def list_members(organization: Organization, caller: Annotated[Membership, may("read members")]): ...
    """
    return AtLeast(LEAST_ROLES[permission])


def is_recent(caller: Bearer) -> bool:
    """Tell whether the login that the token comes from, refreshed or not, is no older than `RECENT`.

    What cannot be taken back asks for it, for a token may be a stolen one.
    """
    return moments.now() - caller.authenticated_at <= RECENT + timedelta(seconds=CLOCK_SKEW_SECONDS)


HasRecentLogin = Annotated[bool, Depends(is_recent)]
"""Whether the login that the request's token comes from is a recent one; 401 without a valid token."""


def check_recent(is_recent: HasRecentLogin) -> None:
    """Raise unless the login is a recent one.

    Raises
    ------
    LoginTooOld
        It is older than `RECENT`.
    """
    if not is_recent:
        raise LoginTooOld


RecentLogin = Annotated[None, Depends(check_recent)]
"""Nothing; 401 unless the login that the request's token comes from is a recent one."""


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
