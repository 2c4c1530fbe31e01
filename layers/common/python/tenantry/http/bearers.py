"""The bearer token of a request, and whom it speaks for."""

from collections.abc import Callable

from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import MissingToken
from tenantry.http import admission
from tenantry.http.header_fields import bearer_token
from tenantry.identity import presumed_callers
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.authentication import actor_of, authenticate_bearer, caller_of, rate_of
from tenantry.identity.sessions import Identity


def bearer(request: Request) -> Identity | KeyAccess:
    """Return whom the request's bearer token (RFC 6750 section 2.1), which may be an API key, speaks for.

    Raises
    ------
    InvalidToken
        There is no token, or it is not valid.
    TooManyRequests
        The organization or the API key has sent as many requests as it may at the moment, or the source too
        many API keys that are not valid.
    OrganizationSuspended
        The token is an API key of an organization that is suspended.
    """
    return _noted(request, authenticate_bearer)


def presumed_bearer(request: Request) -> Identity | KeyAccess:
    """Return whom the request's bearer token is presumed to speak for; see `presumed_callers`."""
    return _noted(request, presumed_callers.authenticate_bearer)


def _noted(request: Request, authenticate: Callable[[str], Identity | KeyAccess]) -> Identity | KeyAccess:
    """Authenticate the request, note who sends it, and admit it."""
    authenticated = authenticate(_token_of(request))
    caller = caller_of(authenticated)
    admission.note(actor_of(authenticated), caller.organization if caller else None, rate_of(authenticated))
    return authenticated


def _token_of(request: Request) -> str:
    authorization = request.headers.get("authorization")
    if not authorization:
        raise MissingToken
    return bearer_token(authorization)
