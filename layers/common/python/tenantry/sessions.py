"""Documents of the master collection `sessions`: logins that refresh tokens continue.

A refresh token is two random halves. The first, the same in all tokens of a session, finds the session; the
second is replaced with each use. So a token that was replaced before tells itself from a forged one, and
whoever presents it has a copy that somebody else has: the session ends (RFC 9700 section 4.14.2).

The answer to a refresh may get lost. So the token before the last one may be presented again for a while, and
gives the same token again: a second half is a keyed digest of the half before it and a stored random value,
neither of which tells it alone.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypedDict

from pymongo.client_session import ClientSession

from tenantry import accounts, audit, database
from tenantry.accounts import AccountDocument, Membership
from tenantry.errors import InvalidRefreshToken, ServiceUnavailable
from tenantry.observability import count, logger
from tenantry.organizations import OrganizationDocument
from tenantry.request_context import Actor

LIFETIME: Final = timedelta(days=30)  # of a session, however often it is refreshed
OVERLAP: Final = timedelta(seconds=30)
MAX_ATTEMPTS: Final = 3  # of a refresh that another overtook, whom a failover undid

_HALF_BYTES: Final = 24  # 32 characters of base64url


class SessionDocument(TypedDict):
    """A session as it is stored: no token can be made of it.

    A session in no organization has None for its member and organization. `authenticated_at` is when the
    password was verified; no refresh changes it.
    """

    _id: str
    family_hash: bytes
    member_id: str | None
    account_id: str
    organization_id: str | None
    auth_epoch: int
    authenticated_at: datetime
    current_hash: bytes
    previous_hash: bytes | None
    nonce: bytes
    rotated_at: datetime
    expires_at: datetime


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


def start(account: AccountDocument, membership: Membership | None) -> Started:
    """Store a session of an account whose password has just been verified, and record the login.

    Parameters
    ----------
    account : AccountDocument
        Who has logged in, as it was when the password was verified; the session ends when its epoch moves on.
    membership : Membership, optional
        In which organization the session is, if in any.
    """
    family, step = secrets.token_bytes(_HALF_BYTES), secrets.token_bytes(_HALF_BYTES)
    now = database.now()
    session: SessionDocument = {
        "_id": database.random_id("ses"),
        "family_hash": _hash(family),
        "member_id": membership.member_id if membership else None,
        "account_id": account["_id"],
        "organization_id": membership.organization_id if membership else None,
        "auth_epoch": account["auth_epoch"],
        "authenticated_at": now,
        "current_hash": _hash(step),
        "previous_hash": None,
        "nonce": b"",
        "rotated_at": now,
        "expires_at": now + LIFETIME,
    }

    def attempt(transaction: ClientSession) -> None:
        database.collection("sessions").insert_one(dict(session), session=transaction)
        _record("login.succeeded", session, transaction, Actor("account", session["account_id"]))

    database.run_transaction(attempt)
    return Started(session, _token(family, step))


def rotate(refresh_token: str) -> Started:
    """Exchange a refresh token for the next one of its session.

    Raises
    ------
    InvalidRefreshToken
        There is no such session any more; or the token has been replaced before, which ends the session.
    pymongo.errors.PyMongoError
        Outcome unknown; the same token may be sent again for `OVERLAP`.
    """
    family, step = _halves(refresh_token)
    for _ in range(MAX_ATTEMPTS):
        if (started := _replace(family, step)) is not None:
            return started
        session = _find(family)
        if not hmac.compare_digest(session["current_hash"], _hash(step)):
            return Started(session, _token(family, _repeated(session, step)))
    raise ServiceUnavailable


def identity(session_id: str, account_id: str) -> Identity | None:
    """Return whom an account's session speaks for, if all that it names is still there; one round trip."""
    found = database.collection("account_epochs").aggregate(
        [
            {"$match": {"_id": account_id}},
            {"$addFields": {"session_id": {"$literal": session_id}}},
            *accounts.join("sessions", "session_id", "session"),
            {"$match": {"session.account_id": account_id}},
            *accounts.join("members", "session.member_id", "member", is_optional=True),
            *accounts.join("organizations", "member.organization_id", "organization", is_optional=True),
            {
                "$project": {
                    "auth_epoch": 1,
                    "session.member_id": 1,
                    "session.authenticated_at": 1,
                    "member": 1,
                    "organization": 1,
                }
            },
        ]
    )
    joined = next(iter(found), None)
    if joined is None or (joined["session"]["member_id"] is not None and "organization" not in joined):
        return None
    return Identity(
        session_id=session_id,
        account_id=account_id,
        auth_epoch=joined["auth_epoch"],
        authenticated_at=joined["session"]["authenticated_at"],
        membership=accounts.membership_of(joined) if "organization" in joined else None,
    )


def end(session_id: str) -> None:
    """End a session; its tokens are dead afterwards."""
    database.collection("sessions").delete_one({"_id": session_id})


def end_by_token(refresh_token: str) -> None:
    """End the session of a refresh token, whichever of its tokens it is; nothing happens if there is none.

    Raises
    ------
    InvalidRefreshToken
        The text is no refresh token.
    """
    family, _ = _halves(refresh_token)

    def attempt(transaction: ClientSession) -> None:
        ended = database.collection("sessions").find_one_and_delete(
            {"family_hash": _hash(family)}, session=transaction
        )
        if ended is not None:
            # The token is proof of the account; who has a copy of it ends the session no less.
            _record("session.ended", ended, transaction, Actor("account", ended["account_id"]))

    database.run_transaction(attempt)


def end_of_organization(organization_id: str) -> None:
    """End all sessions in an organization."""
    database.collection("sessions").delete_many({"organization_id": organization_id})


def _replace(family: bytes, step: bytes) -> Started | None:
    """Replace the second half of a session's token; None if it is not the one that is due."""
    nonce = secrets.token_bytes(_HALF_BYTES)
    following = _following(step, nonce)
    replaced = database.collection("sessions").find_one_and_update(
        _living(family) | {"current_hash": _hash(step)},
        {
            "$set": {
                "current_hash": _hash(following),
                "previous_hash": _hash(step),
                "nonce": nonce,
                "rotated_at": database.now(),
            }
        },
    )
    return None if replaced is None else Started(_typed(replaced), _token(family, following))


def _find(family: bytes) -> SessionDocument:
    found = database.collection("sessions").find_one(_living(family))
    if found is None:
        raise InvalidRefreshToken
    return _typed(found)


def _living(family: bytes) -> database.Document:
    """Return the query for the session that has not ended."""
    return {"family_hash": _hash(family), "expires_at": {"$gt": database.now()}}


def _typed(document: database.Document) -> SessionDocument:
    return document  # type: ignore[return-value]  # this module alone writes them


def _repeated(session: SessionDocument, step: bytes) -> bytes:
    """Return the half that followed this one, if it was replaced a moment ago; else end the session."""
    previous = session["previous_hash"]
    is_recent = database.now() - session["rotated_at"] <= OVERLAP
    if previous is None or not is_recent or not hmac.compare_digest(previous, _hash(step)):
        logger.warning("A refresh token was used again", session_id=session["_id"])
        count("RefreshTokenReused")
        _end_reused(session)
        raise InvalidRefreshToken
    return _following(step, session["nonce"])


def _end_reused(session: SessionDocument) -> None:
    def attempt(transaction: ClientSession) -> None:
        ended = database.collection("sessions").delete_one({"_id": session["_id"]}, session=transaction)
        if ended.deleted_count:
            _record("session.reused", session, transaction)

    database.run_transaction(attempt)


def _record(
    action: audit.Action,
    session: SessionDocument | database.Document,
    transaction: ClientSession,
    actor: Actor | None = None,
) -> None:
    details = {"session_id": session["_id"], "account_id": session["account_id"]}
    organization_ids = [session["organization_id"]] if session["organization_id"] else []
    audit.record(action, organization_ids, transaction, details, audit.origin(actor))


def _following(step: bytes, nonce: bytes) -> bytes:
    return hmac.digest(step, nonce, "sha256")[:_HALF_BYTES]


def _hash(half: bytes) -> bytes:
    """Return a digest to store; a random half needs no slow one."""
    return hashlib.sha256(half).digest()


def _token(family: bytes, step: bytes) -> str:
    return base64.urlsafe_b64encode(family + step).decode()


def _halves(refresh_token: str) -> tuple[bytes, bytes]:
    try:
        octets = base64.b64decode(refresh_token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise InvalidRefreshToken from None
    if len(octets) != 2 * _HALF_BYTES:
        raise InvalidRefreshToken
    return octets[:_HALF_BYTES], octets[_HALF_BYTES:]
