"""The acceptance of an invitation: by the account of the request's token, or by a password."""

from tenantry.errors import InvalidFields
from tenantry.http.invitations.bodies import AcceptInvitation
from tenantry.identity.invitations import accepting
from tenantry.identity.invitations.accepting import Accepted
from tenantry.identity.sessions import Identity


def accept(link: AcceptInvitation, caller: Identity | None) -> Accepted:
    """Accept an invitation.

    Parameters
    ----------
    link : AcceptInvitation
        Of the request; the password belongs to it exactly if there is no caller.
    caller : Identity, optional
        Whom the request's token speaks for.

    Raises
    ------
    InvalidFields
        The password is missing, superfluous or guessable.
    TenantryError
        What `tenantry.identity.invitations.accepting` raises.
    """
    if caller is not None and link.password is not None:
        raise InvalidFields.of("password", "must be left out, since the token names the account")
    if caller is not None:
        return accepting.accept(caller, link.token)
    if link.password is None:
        raise InvalidFields.of("password", "Field required")
    return accepting.accept_by_sign_up(link.token, link.password)
