"""Documents of the master collection `sessions`: logins, which `refreshing` continues."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.identity import members
from tenantry.identity.accounts import AccountDocument, account_epochs
from tenantry.identity.logins import refresh_tokens
from tenantry.identity.logins.refresh_tokens import RefreshToken
from tenantry.identity.members import Membership
from tenantry.registry.organizations.document import OrganizationDocument, organizations
from tenantry.runtime import ids, moments, mongodb, request_context
from tenantry.runtime.request_context import Actor

MAX_PER_ACCOUNT: Final = 100  # a further login ends the oldest
LIFETIME: Final = timedelta(days=30)  # of a session, however often it is refreshed
USER_AGENT_MAX_CHARACTERS: Final = 300


class ReplacedToken(TypedDict):
    """A token that was replaced, and from which network; whether a repetition from another is recorded."""

    hash: bytes
    nonce: bytes
    at: datetime
    source: str | None
    is_repetition_recorded: bool


class UsedFrom(TypedDict):
    """Where a session was started or refreshed last, as far as the request told; shown to its owner alone."""

    source_address: str | None
    user_agent: str | None


class SessionDocument(TypedDict):
    """A session as it is stored: no token can be made of it.

    A session in no organization has None for its member and organization. `authenticated_at` is when the
    password was verified; no refresh changes it. `replaced` are the tokens that were replaced last, the
    newest at the end. `source_address` and `user_agent` are those of `UsedFrom`; sessions that were stored
    without get them when they are refreshed.
    """

    _id: str
    family_hash: bytes
    member_id: str | None
    account_id: str
    organization_id: str | None
    auth_epoch: int
    authenticated_at: datetime
    current_hash: bytes
    replaced: NotRequired[list[ReplacedToken]]
    expires_at: datetime
    source_address: NotRequired[str | None]
    user_agent: NotRequired[str | None]


class Tokens(NamedTuple):
    """What a login or refresh gives; only a login gives the token of a device."""

    access_token: str
    refresh_token: str
    organization: OrganizationDocument | None
    device_token: str | None = None


class Identity(NamedTuple):
    """Whom a session speaks for: an account and, if the session is in an organization, its membership."""

    session_id: str
    account_id: str
    auth_epoch: int
    authenticated_at: datetime
    membership: Membership | None


class Started(NamedTuple):
    """A session and the refresh token that continues it."""

    session: SessionDocument
    refresh_token: str


def sessions() -> Collection[SessionDocument]:
    """Return the master's collection of sessions."""
    return mongodb.collection("sessions")


def start(account: AccountDocument, membership: Membership | None) -> Started:
    """Store a session of an account whose password has just been verified, and record the login.

    Parameters
    ----------
    account : AccountDocument
        Who has logged in, as it was when the password was verified; the session ends when its epoch moves on.
    membership : Membership, optional
        In which organization the session is, if in any.
    """
    token = refresh_tokens.draw()
    now = moments.now()
    used = used_from()
    session: SessionDocument = {
        "_id": ids.random_id("ses"),
        "family_hash": token.family_hash,
        "member_id": membership.member_id if membership else None,
        "account_id": account["_id"],
        "organization_id": membership.organization_id if membership else None,
        "auth_epoch": account["auth_epoch"],
        "authenticated_at": now,
        "current_hash": token.step_hash,
        "expires_at": now + LIFETIME,
        "source_address": used["source_address"],
        "user_agent": used["user_agent"],
    }
    _insert(session)
    return Started(session, token.text)


def used_from() -> UsedFrom:
    """Return where the present request comes from; of its User-Agent, the beginning that can be shown."""
    request = request_context.current()
    shown = "".join(filter(str.isprintable, request.user_agent or ""))
    return {
        "source_address": request.source_address,
        "user_agent": shown[:USER_AGENT_MAX_CHARACTERS] or None,
    }


@mongodb.in_transaction
def _insert(transaction: ClientSession, session: SessionDocument) -> None:
    sessions().insert_one(session, session=transaction)
    _end_oldest(session["account_id"], transaction)
    record("login.succeeded", session, transaction, Actor("account", session["account_id"]))


def _end_oldest(account_id: str, transaction: ClientSession) -> None:
    """End the oldest sessions of an account, so that a loop of logins does not fill the database."""
    surplus = sessions().find(
        {"account_id": account_id},
        {"_id": 1},
        sort=[("expires_at", -1)],
        skip=MAX_PER_ACCOUNT,
        limit=MAX_PER_ACCOUNT,
        session=transaction,
    )
    if ids := [session["_id"] for session in surplus]:
        sessions().delete_many({"_id": {"$in": ids}}, session=transaction)


def identity(session_id: str, account_id: str) -> Identity | None:
    """Return whom an account's session speaks for, if all that it names is still there; one round trip."""
    results = account_epochs().aggregate(
        [
            {"$match": {"_id": account_id}},
            {"$addFields": {"session_id": {"$literal": session_id}}},
            *members.join(sessions(), "session_id", "session"),
            {"$match": {"session.account_id": account_id}},
            *members.join(members.members(), "session.member_id", "member", is_optional=True),
            *members.join(organizations(), "member.organization_id", "organization", is_optional=True),
            {
                "$project": {
                    "auth_epoch": 1,
                    "session.member_id": 1,
                    "session.authenticated_at": 1,
                    "member": 1,
                    "organization": 1,
                }
            },
            {"$project": {"organization.private": 0}},  # which no member reads
        ]
    )
    joined = next(iter(results), None)
    if joined is None or "authenticated_at" not in joined["session"]:
        return None  # a session without it cannot say how old its login is
    if joined["session"]["member_id"] is not None and "organization" not in joined:
        return None
    return Identity(
        session_id=session_id,
        account_id=account_id,
        auth_epoch=joined["auth_epoch"],
        authenticated_at=joined["session"]["authenticated_at"],
        membership=members.membership_of(joined) if "organization" in joined else None,
    )


def end(session_id: str) -> None:
    """End a session; its tokens are dead afterwards."""
    sessions().delete_one({"_id": session_id})


def end_by_token(refresh_token: str) -> None:
    """End the session of a refresh token, whichever of its tokens it is; nothing happens if there is none.

    Raises
    ------
    InvalidRefreshToken
        The text is no refresh token.
    """
    end_recorded({"family_hash": refresh_tokens.parse(refresh_token).family_hash})


@mongodb.in_transaction
def end_recorded(transaction: ClientSession, query: mongodb.Document) -> bool:
    """End the one session that a query finds, and record that its account did it.

    Parameters
    ----------
    query : Document
        Finds no session but one of an account that the caller has proved to be, be it with a stolen token.

    Returns
    -------
    bool
        Whether there was one; its tokens are dead afterwards.
    """
    ended = sessions().find_one_and_delete(query, session=transaction)
    if ended is None:
        return False
    record("session.ended", ended, transaction, Actor("account", ended["account_id"]))
    return True


def end_of_organization(organization_id: str) -> None:
    """End all sessions in an organization."""
    sessions().delete_many({"organization_id": organization_id})


def living(token: RefreshToken) -> mongodb.Document:
    """Return the query for the session of a token that has not ended."""
    return {"family_hash": token.family_hash, "expires_at": {"$gt": moments.now()}}


def record(
    action: recording.Action,
    session: SessionDocument,
    transaction: ClientSession,
    actor: Actor | None = None,
    **more: Any,
) -> None:
    """Record what happens to a session, within the transaction that does it; `more` joins the details."""
    details = {"session_id": session["_id"], "account_id": session["account_id"]} | more
    organization_ids = [session["organization_id"]] if session["organization_id"] else []
    recording.record(action, organization_ids, transaction, details, recording.origin(actor))
