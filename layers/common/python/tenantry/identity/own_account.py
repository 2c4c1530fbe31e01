"""What the owner of an account sees of it, and the sessions that its owner sees and ends."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from tenantry.errors import InvalidToken, SessionNotFound
from tenantry.identity import members, sessions
from tenantry.identity.accounts import AccountDocument, accounts
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity, SessionDocument
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import moments, mongodb

MAX_ORGANIZATIONS: Final = 1000  # that are shown; an account owns 20 unless the operator raises it


class OwnAccount(NamedTuple):
    """An account, without its password hash, and its memberships by the slugs of their organizations."""

    account: AccountDocument
    memberships: list[Membership]


class OwnSession(NamedTuple):
    """A session of the caller's account.

    Parameters
    ----------
    session : SessionDocument
        Without its tokens.
    organization : OrganizationDocument, optional
        The organization that it is in, if it is in any.
    started_at, used_at : datetime
        When it was started, and started or refreshed last.
    is_callers : bool
        Whether the request comes from it.
    """

    session: SessionDocument
    organization: OrganizationDocument | None
    started_at: datetime
    used_at: datetime
    is_callers: bool


def read(account_id: str) -> OwnAccount:
    """Return an account and at most `MAX_ORGANIZATIONS` of its memberships, in one round trip.

    Raises
    ------
    InvalidToken
        The account is gone.
    """
    joined: list[Any] = list(
        accounts().aggregate(
            [
                {"$match": {"_id": account_id}},
                {"$project": {"password_hash": 0}},
                *members.join(
                    members.members(), "_id", "member", foreign_field="account_id", is_optional=True
                ),
                *members.join(organizations(), "member.organization_id", "organization", is_optional=True),
                {"$limit": MAX_ORGANIZATIONS},
                {"$project": {"organization.metadata": 0, "organization.intent": 0}},
                {"$sort": {"organization.slug": 1}},
            ]
        )
    )
    if not joined:
        raise InvalidToken
    return OwnAccount(joined[0], [members.membership_of(each) for each in joined if "organization" in each])


def list_sessions(caller: Identity) -> list[OwnSession]:
    """Return the living sessions of the caller's account, the latest login first, in one round trip."""
    living = sessions.sessions().aggregate(
        [
            {"$match": _living(caller)},
            {"$sort": {"expires_at": -1}},
            {"$limit": sessions.MAX_PER_ACCOUNT},
            {
                "$project": {
                    "member_id": 1,
                    "expires_at": 1,
                    "source_address": 1,
                    "user_agent": 1,
                    "used_at": {"$arrayElemAt": ["$replaced.at", -1]},
                }
            },
            *members.join(members.members(), "member_id", "member", is_optional=True),
            *members.join(organizations(), "member.organization_id", "organization", is_optional=True),
            # A session whose membership is gone is dead, though it is still stored.
            {"$match": {"$or": [{"member_id": None}, {"organization": {"$exists": True}}]}},
            {"$project": {"organization.metadata": 0, "organization.intent": 0}},
        ]
    )
    return [_own_session(session, caller) for session in living]


def end_session(caller: Identity, session_id: str) -> None:
    """End a session of the caller's account, in whichever organization it is; its tokens are dead afterwards.

    Raises
    ------
    SessionNotFound
        There is none of this id, it is another account's, or it has ended.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it, and `SessionNotFound` then means that it has ended.
    """
    if not sessions.end_recorded(_living(caller) | {"_id": session_id}):
        raise SessionNotFound


def _living(caller: Identity) -> mongodb.Document:
    """Return the query for the sessions of the caller's account that have not ended with time or password."""
    return {
        "account_id": caller.account_id,
        "auth_epoch": caller.auth_epoch,
        "expires_at": {"$gt": moments.now()},
    }


def _own_session(session: Any, caller: Identity) -> OwnSession:
    started_at = session["expires_at"] - sessions.LIFETIME
    return OwnSession(
        session=session,
        organization=session.get("organization"),
        started_at=started_at,
        used_at=session.get("used_at") or started_at,
        is_callers=session["_id"] == caller.session_id,
    )
