"""Who sends the request: types of routes' parameters, which Powertools resolves before it calls the route."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final, override

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import (
    InsufficientScope,
    LoginTooOld,
    OperatorRequired,
    OrganizationNotFound,
    RoleTooLow,
)
from tenantry.http import former_slugs
from tenantry.http.bearers import bearer, presumed_bearer
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.authentication import Caller, caller_of
from tenantry.identity.members import Membership
from tenantry.identity.roles import LEAST_ROLES, Permission, Role, Scope, is_at_least, scopes_for
from tenantry.identity.sessions import Identity
from tenantry.identity.tokens import CLOCK_SKEW_SECONDS
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.former_slugs import find as find_former
from tenantry.runtime import moments, request_context
from tenantry.runtime.observability import logger
from tenantry.runtime.request_context import Actor

RECENT: Final = timedelta(minutes=10)  # as the challenge of LoginTooOld says

_Authenticated = Annotated[Identity | KeyAccess, Depends(bearer)]
_Presumed = Annotated[Identity | KeyAccess, Depends(presumed_bearer)]


def identity(caller: _Authenticated) -> Identity:
    """Return whom the request's access token speaks for, also if in no organization.

    Raises
    ------
    InsufficientScope
        The token is an API key, which speaks for no account.
    """
    if isinstance(caller, KeyAccess):
        raise InsufficientScope
    return caller


Bearer = Annotated[Identity, Depends(identity)]
"""Whom the request's access token speaks for, also if in no organization; else 401, to an API key 403."""


def optional_identity(request: Request) -> Identity | None:
    """Return whom the token speaks for, or None if the request carries no credentials at all."""
    return identity(bearer(request)) if request.headers.get("authorization") else None


OptionalBearer = Annotated[Identity | None, Depends(optional_identity)]
"""Whom the request's token speaks for, or None if it carries none; 401 if the token is not valid."""


class AtLeast(Depends):
    """Dependency of a route: the caller, who has this role or a higher one at this moment, or an API key.

    Where the path names an organization, it must be the one that the token is for. To the route it raises

    * InvalidToken: there is no token, or it is not valid.
    * TooManyRequests: the token's organization, or the API key, has sent as many requests as it may at the
      moment.
    * OrganizationNotFound: the token is for no organization, or for another one than the path names.
    * RoleTooLow: the caller's role is a lower one.
    * InsufficientScope: the caller is an API key without any of the scopes.
    * OrganizationSuspended: the caller is an API key, and the organization is suspended.

    Parameters
    ----------
    least : Role
        The least role that may do what the route does.
    scopes : sequence of Scope
        The scopes of API keys of which each permits it. If there is none, the caller is a `Membership`.
    """

    def __init__(self, least: Role, scopes: Sequence[Scope] = ()) -> None:
        super().__init__(self.caller)
        self.least = least
        self.scopes = scopes

    def caller(self, request: Request, authenticated: _Authenticated) -> Caller:
        """Return the caller, or raise why the route is not for it."""
        caller = caller_of(authenticated)
        if caller is None:
            raise OrganizationNotFound
        self._check_organization(request, caller.organization)
        if isinstance(caller, KeyAccess):
            if not caller.has_one_of(self.scopes):
                raise InsufficientScope.of(self.scopes)
        elif not is_at_least(caller.role, self.least):
            raise RoleTooLow.of(caller.role, self.least)
        return caller

    def _check_organization(self, request: Request, organization: OrganizationDocument) -> None:
        named = request.path_parameters.get("organization", organization["_id"])
        if named not in (organization["_id"], organization["slug"]):
            former = find_former(organization, named)
            if former is None:
                raise OrganizationNotFound
            former_slugs.note(former, organization)


class PresumedAtLeast(AtLeast):
    """As `AtLeast`, of a caller who is presumed; see `may_be_presumed`."""

    @override
    def caller(self, request: Request, authenticated: _Presumed) -> Caller:
        return super().caller(request, authenticated)


Viewer = Annotated[Membership, AtLeast("viewer")]
"""The membership that the request's access token speaks for, whatever its role; see `AtLeast`.

API keys are refused, for they are no members; see `Reader`.

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

    The caller is a `Membership`, or, where `tenantry.identity.roles.SCOPES` has the permission, a `Caller`: a
    membership or an API key.

    >>> def list_members(organization: Organization, caller: Annotated[Membership, may("read members")]): ...
    """
    return AtLeast(LEAST_ROLES[permission], scopes_for(permission))


Reader = Annotated[Caller, may("read documents")]
"""Whoever may read the organization's documents: a member, or an API key with a scope for it; 403 otherwise.

>>> @app.get("/notes")
... def list_notes(caller: Reader) -> list[dict]:
...     return tenants.collection(caller).find({})
"""
Writer = Annotated[Caller, may("write documents")]
"""As `Reader`, but whoever may also write them."""


def may_be_presumed(permission: Permission) -> AtLeast:
    """As `may`, for routes that have no effect but on the documents of `tenantry.tenants.collection(caller)`.

    The first look at these confirms the caller, before anything is committed, and so does the answer.
    """
    return PresumedAtLeast(LEAST_ROLES[permission], scopes_for(permission))


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
    """Return the ARN of the operator, whom API Gateway has authenticated with IAM (SigV4).

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
"""ARN of the operator; else 403."""
