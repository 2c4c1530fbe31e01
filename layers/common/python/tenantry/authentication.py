"""Who is calling: an access token, checked against what the master database knows at this moment."""

from tenantry import sessions, signing_keys, tokens
from tenantry.accounts import Membership
from tenantry.errors import InvalidToken


def authenticate(token: str) -> Membership:
    """Return the membership that a token speaks for; one round trip once the keys are cached.

    Parameters
    ----------
    token : str
        The access token in compact serialisation.

    Raises
    ------
    InvalidToken
        The token is not Tenantry's or expired; its session has ended; the organization or account is gone,
        or the account's tokens have been revoked since it was issued.
    """
    claims = tokens.verify(token, signing_keys.find_key)
    found = sessions.membership(claims.sid, claims.sub)
    if found is None or found.organization_id != claims.org_id:
        raise InvalidToken
    if found.auth_epoch != claims.epoch or found.organization.get("suspended_at"):
        raise InvalidToken
    return found
