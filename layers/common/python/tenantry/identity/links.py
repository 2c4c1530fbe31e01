"""Links of mails: each has a token of 256 random bits, which works once, for one purpose and for a while.

A token is drawn when its mail is sent; the master collection `links` has its digest. So neither the database
nor any function but the sender ever holds what opens anything, until the reader sends it.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import LinkNotFound
from tenantry.identity import accounts
from tenantry.runtime import moments, mongodb

Purpose = Literal[
    "verify-email", "reset-password", "change-email", "undo-email-change", "invitation", "undo-deletion"
]

LIFETIMES: Final[Mapping[Purpose, timedelta]] = {
    "verify-email": timedelta(minutes=30),
    "reset-password": timedelta(minutes=30),
    "change-email": timedelta(minutes=30),
    "undo-email-change": timedelta(days=7),
    "invitation": timedelta(days=37),  # 30 days longer than the invitation, to tell what has become of it
    "undo-deletion": timedelta(days=30),  # the longest that a deleted organization may be kept
}
TOKEN_BYTES: Final = 32  # 43 characters of base64url


class Claims(TypedDict, total=False):
    """What a link is bound to.

    `account_id` with `auth_epoch`: it is dead once the account's epoch is another one, as after a change of
    the password or address. `email` is the address, folded, that it was sent to or is about; `address` is the
    one that the account is to get, or that it was sent to, as its owner wrote it. `deletion_id` is a deletion
    (`tenantry.registry.deletions`) that the account may undo.
    """

    account_id: str
    auth_epoch: int
    email: str
    address: str
    invitation_id: str
    deletion_id: str


class LinkDocument(Claims):
    """A link as it is stored, by the digest of its token."""

    _id: bytes
    mail_id: str
    purpose: Purpose
    expires_at: datetime


def links() -> Collection[LinkDocument]:
    """Return the master's collection of links that have been sent and not been used."""
    return mongodb.collection("links")


def create(mail_id: str, purpose: Purpose, claims: Claims, expires_at: datetime) -> str:
    """Store a link and return its token, which nothing but the mail may hold.

    Parameters
    ----------
    mail_id : str
        Of the mail that gets the token.
    purpose : Purpose
        What it can be used for.
    claims : Claims
        What it is bound to.
    expires_at : datetime
        When it ends.
    """
    octets = secrets.token_bytes(TOKEN_BYTES)
    link: LinkDocument = {
        **claims,
        "_id": _digest(octets),
        "mail_id": mail_id,
        "purpose": purpose,
        "expires_at": expires_at,
    }
    links().insert_one(link)
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def find(purpose: Purpose, token: str) -> LinkDocument:
    """Return a link without using it up, so that what is sent with it can be checked first; see `take`.

    Whether it is still there, `take` finds out.

    Raises
    ------
    LinkNotFound
        As of `take`.
    """
    return _find(purpose, token, None)


def take(session: ClientSession, purpose: Purpose, token: str) -> LinkDocument:
    """Use a link up, within the transaction that does what it is for.

    All links of the same purpose for the same account, invitation or deletion go with it; of changes of an
    address, which each have a way back of their own, only those of the same mail. If the link is bound to an
    epoch, the transaction has to write to the account, so that it conflicts with whatever changes the epoch.

    Parameters
    ----------
    session : ClientSession
        Of the transaction.
    purpose : Purpose
        What it is used for.
    token : str
        As the client sent it.

    Raises
    ------
    LinkNotFound
        No such link was sent for this purpose, or it has been used, has expired, or its account's epoch is
        another one. Which, the answer does not tell.
    """
    link = _find(purpose, token, session)
    if links().delete_one({"_id": link["_id"]}, session=session).deleted_count != 1:
        raise LinkNotFound
    links().delete_many({"purpose": purpose} | _shared_with_siblings(link), session=session)
    return link


def revoke(session: ClientSession, claims: Claims) -> None:
    """Remove the links that are bound to all of some claims, such as an invitation, within a transaction.

    A mail that still waits gets its link afterwards, so what a link is for has to be checked where it is
    used, too.
    """
    links().delete_many(dict(claims), session=session)


def _find(purpose: Purpose, token: str, session: ClientSession | None) -> LinkDocument:
    unexpired = {"_id": _digest(_parsed(token)), "purpose": purpose, "expires_at": {"$gt": moments.now()}}
    link = links().find_one(unexpired, session=session)
    if link is None or not _is_of_present_epoch(link, session):
        raise LinkNotFound
    return link


def _is_of_present_epoch(link: LinkDocument, session: ClientSession | None) -> bool:
    if "auth_epoch" not in link:
        return True
    present = {"_id": link["account_id"], "auth_epoch": link["auth_epoch"]}
    return accounts.account_epochs().find_one(present, session=session) is not None


def _shared_with_siblings(link: LinkDocument) -> dict[str, Any]:
    if link["purpose"] == "undo-email-change":
        return {"account_id": link["account_id"], "mail_id": link["mail_id"]}
    if "deletion_id" in link:
        return {"deletion_id": link["deletion_id"]}
    if "invitation_id" in link:
        return {"invitation_id": link["invitation_id"]}
    if "account_id" in link:
        return {"account_id": link["account_id"]}
    return {"email": link["email"]}


def _parsed(token: str) -> bytes:
    """Return the octets of a token.

    Raises
    ------
    LinkNotFound
        The text is none, or another spelling of one.
    """
    try:
        octets = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except ValueError:
        raise LinkNotFound from None
    if len(octets) != TOKEN_BYTES or base64.urlsafe_b64encode(octets).decode() != f"{token}=":
        raise LinkNotFound
    return octets


def _digest(octets: bytes) -> bytes:
    """Return what is stored of a token; random octets need no slow digest."""
    return hashlib.sha256(octets).digest()
