"""Continuing a session: each use of a refresh token replaces it.

The answer may get lost, and two tabs may share a token. So a token that was replaced a moment ago is accepted
again and gives the session's current token, which nobody has used yet. Whoever presents an older one has a
copy of a token that somebody else uses: the session ends (RFC 9700 section 4.14.2). See docs/decisions/0019
for the rules, and what they do not notice.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pymongo.client_session import ClientSession

from tenantry.errors import InvalidRefreshToken, ServiceUnavailable
from tenantry.identity import counters
from tenantry.identity.logins import refresh_tokens
from tenantry.identity.logins.refresh_tokens import RefreshToken
from tenantry.identity.sessions import (
    ReplacedToken,
    SessionDocument,
    Started,
    living,
    record,
    sessions,
    used_from,
)
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import count, logger

OVERLAP: Final = timedelta(seconds=30)  # for which a replaced token is accepted again
MAX_REPLACED: Final = 10  # tokens that are remembered; enough for a browser's tabs that all start at once
MAX_ATTEMPTS: Final = 3  # of a refresh, each overtaken by one that a failover has undone since


def rotate(refresh_token: str) -> Started:
    """Exchange a refresh token for the session's next one, or for its current one if it was replaced already.

    Raises
    ------
    InvalidRefreshToken
        There is no such session any more; or the token was replaced more than `OVERLAP` ago, or more than
        `MAX_REPLACED` tokens ago, which ends the session.
    ServiceUnavailable
        Other requests overtook this one again and again.
    pymongo.errors.PyMongoError
        Outcome unknown; the same token may be sent again for `OVERLAP`.
    """
    token = refresh_tokens.parse(refresh_token)
    for _ in range(MAX_ATTEMPTS):
        if (started := replace(token) or repeat(token)) is not None:
            return started
    raise ServiceUnavailable


def replace(
    token: RefreshToken, more: Mapping[str, Any] | None = None, transaction: ClientSession | None = None
) -> Started | None:
    """Replace a session's token; None if it is not the current one.

    Parameters
    ----------
    token : RefreshToken
        As it was sent.
    more : mapping, optional
        Further fields of the session to set.
    transaction : ClientSession, optional
        Of the transaction that this belongs to.
    """
    replaced: ReplacedToken = {
        "hash": token.step_hash,
        "nonce": refresh_tokens.draw_nonce(),
        "at": moments.now(),
        "source": counters.source(),
        "is_repetition_recorded": False,
    }
    following = token.followed(replaced["nonce"])
    session = sessions().find_one_and_update(
        living(token) | {"current_hash": token.step_hash},
        {
            "$set": {"current_hash": following.step_hash, **used_from(), **(more or {})},
            "$push": {"replaced": {"$each": [replaced], "$slice": -MAX_REPLACED}},
        },
        session=transaction,
    )
    return None if session is None else Started(session, following.text)


def repeat(token: RefreshToken) -> Started | None:
    """Give the current token for one that was replaced a moment ago, else end the session.

    None if the token is the current one, or the session has changed meanwhile.

    Raises
    ------
    InvalidRefreshToken
        As of `rotate`.
    """
    session = find(token)
    if hmac.compare_digest(session["current_hash"], token.step_hash):
        return None
    followers = _followers(session, token)
    if not followers or moments.now() - followers[0]["at"] > OVERLAP:
        _end_reused(session)
        raise InvalidRefreshToken
    if not _is_repetition_recorded(session, followers[0]):
        return None
    for replaced in followers:
        token = token.followed(replaced["nonce"])
    return Started(session, token.text)


def _followers(session: SessionDocument, token: RefreshToken) -> list[ReplacedToken]:
    """Return the token and those that followed it, as far as they are replaced and remembered."""
    replaced = session.get("replaced", [])
    for index, earlier in enumerate(replaced):
        if hmac.compare_digest(earlier["hash"], token.step_hash):
            return replaced[index:]
    return []


def _is_repetition_recorded(session: SessionDocument, replaced: ReplacedToken) -> bool:
    """Record that a token came again from another network, once for each token, if it did.

    False if the session has changed meanwhile; nothing is recorded then.
    """
    if replaced["is_repetition_recorded"] or replaced["source"] == counters.source():
        return True
    logger.warning("A refresh token came from two networks", session_id=session["_id"])
    return _record_repetition(session, replaced)


@mongodb.in_transaction
def _record_repetition(transaction: ClientSession, session: SessionDocument, replaced: ReplacedToken) -> bool:
    unrecorded = {"hash": replaced["hash"], "is_repetition_recorded": False}
    marked = sessions().update_one(
        {"_id": session["_id"], "replaced": {"$elemMatch": unrecorded}},
        {"$set": {"replaced.$.is_repetition_recorded": True}},
        session=transaction,
    )
    if marked.matched_count:
        record("session.refreshed_elsewhere", session, transaction, first_source=replaced["source"])
    return marked.matched_count == 1


def find(token: RefreshToken) -> SessionDocument:
    """Return the session that a token is of, be it the current one, a replaced one or a forged one.

    Raises
    ------
    InvalidRefreshToken
        There is none.
    """
    session = sessions().find_one(living(token))
    if session is None:
        raise InvalidRefreshToken
    return session


def _end_reused(session: SessionDocument) -> None:
    logger.warning("A refresh token was used again", session_id=session["_id"])
    count("RefreshTokenReused")
    last_source = session["replaced"][-1]["source"] if session.get("replaced") else None
    _delete_reused(session, last_source)


@mongodb.in_transaction
def _delete_reused(transaction: ClientSession, session: SessionDocument, last_source: str | None) -> None:
    deleted = sessions().delete_one({"_id": session["_id"]}, session=transaction)
    if deleted.deleted_count:
        record("session.reused", session, transaction, last_source=last_source)
