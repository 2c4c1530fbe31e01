"""Deleting the caller's account, which takes nobody else's data with it.

See docs/decisions/0047-recent-logins-and-switching.md.
"""

from typing import Final

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import InvalidToken, LimitReached, SoleOwner
from tenantry.identity import account_removal
from tenantry.identity.members import members
from tenantry.identity.memberships import leaving
from tenantry.identity.sessions import Identity
from tenantry.registry.organizations.document import organizations
from tenantry.runtime import mongodb

MAX_MEMBERSHIPS: Final = 1_000  # that one transaction removes and one record names
MAX_LISTED: Final = 100  # organizations that have no other owner


def delete(caller: Identity) -> None:
    """Remove an account with its memberships, sessions and links; its organizations stay with their owners.

    Parameters
    ----------
    caller : Identity
        Whose account it is.

    Raises
    ------
    SoleOwner
        Organizations would have no owner; nothing changed. Those that are being deleted do not count.
    LimitReached
        The account is a member of more organizations than one transaction leaves; nothing changed.
    InvalidToken
        The account is gone, or its tokens have been revoked a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it, and `InvalidToken` then means that the account is gone.
    """
    _delete(caller)
    account_removal.end_late_sessions(caller.account_id)


@mongodb.in_transaction
def _delete(session: ClientSession, caller: Identity) -> None:
    if not account_removal.remove(caller.account_id, {"auth_epoch": caller.auth_epoch}, session):
        raise InvalidToken
    organization_ids = _organization_ids(caller.account_id, session)
    _check_owned(leaving.leave_all(caller.account_id, session), session)
    recording.record("account.deleted", organization_ids, session, {"account_id": caller.account_id})


def _organization_ids(account_id: str, session: ClientSession) -> list[str]:
    memberships = members().find(
        {"account_id": account_id}, {"organization_id": 1}, limit=MAX_MEMBERSHIPS + 1, session=session
    )
    organization_ids = [member["organization_id"] for member in memberships]
    if len(organization_ids) > MAX_MEMBERSHIPS:
        raise LimitReached(
            f"The account is a member of more than {MAX_MEMBERSHIPS} organizations. Leave some first.",
            name="memberships",
            limit=MAX_MEMBERSHIPS,
            use=members().count_documents({"account_id": account_id}, session=session),
        )
    return organization_ids


def _check_owned(organization_ids: list[str], session: ClientSession) -> None:
    """Raise SoleOwner if one of these organizations, which have no owner now, is to stay."""
    staying = {"_id": {"$in": organization_ids}, "state": {"$ne": "deleting"}}
    by_slug = organizations().find(
        staying, {"name": 1, "slug": 1}, sort=[("slug", 1)], limit=MAX_LISTED, session=session
    )
    if ownerless := list(by_slug):
        raise SoleOwner.of(ownerless)
