"""Whether a token is valid at this moment, and what it says (RFC 7662)."""

from typing import Any, Final

from tenantry.errors import InvalidToken, TooManyRequests
from tenantry.http.services import callers
from tenantry.identity import authentication
from tenantry.identity.api_keys.access import KeyAccess
from tenantry.identity.authentication import caller_of
from tenantry.identity.sessions import Identity
from tenantry.runtime.settings import settings

INACTIVE: Final = {"active": False}
# What an access token says for as long as it is valid; the role is told as it is at this moment.
_CLAIMS_OF_TOKEN: Final = ("iss", "aud", "sub", "iat", "nbf", "exp", "jti", "auth_time")


def introspect(token: str) -> dict[str, Any]:
    """Return what is known of a token at this moment; no more than that it is not active, if it is not valid.

    Nothing is taken from the organization's rate, and no request of it is counted.

    Parameters
    ----------
    token : str
        An access token, an API key, or anything else.
    """
    try:
        authenticated = callers.authenticate(token)
        answer = {"active": True, "token_type": "Bearer"} | _claims(token, authenticated)
    except (InvalidToken, TooManyRequests):
        return INACTIVE
    if (caller := caller_of(authenticated)) is not None:
        answer["organization"] = callers.organization_of(caller.organization)
    return answer


def _claims(token: str, authenticated: Identity | KeyAccess) -> dict[str, Any]:
    if isinstance(authenticated, KeyAccess):
        return _claims_of_key(authenticated)
    claims = authentication.verify(token)
    role = {"role": authenticated.membership.role} if authenticated.membership else {}
    return {name: getattr(claims, name) for name in _CLAIMS_OF_TOKEN} | role


def _claims_of_key(key: KeyAccess) -> dict[str, Any]:
    expires_at = {} if key.expires_at is None else {"exp": int(key.expires_at.timestamp())}
    scope = " ".join(key.scopes)
    return {"iss": settings().token_issuer, "sub": key.key_id, "scope": scope} | expires_at
