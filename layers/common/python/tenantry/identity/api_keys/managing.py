"""What owners and admins do with the API keys of their organization: make, list, rotate and revoke them.

A key belongs to the organization: it works on when its maker is demoted, leaves or is deleted.
"""

from datetime import datetime
from typing import Any, NamedTuple

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.errors import InvalidToken, KeyExpired, KeyNotFound, LastSecret, LimitReached, RoleTooLow
from tenantry.identity import members
from tenantry.identity.api_keys import texts
from tenantry.identity.api_keys.document import (
    MAX_KEYS,
    MAX_SECRETS,
    ApiKeyDocument,
    SecretDocument,
    api_keys,
    has_expired,
)
from tenantry.identity.api_keys.texts import KeyText
from tenantry.identity.members import Membership
from tenantry.identity.memberships import locking
from tenantry.identity.roles import LEAST_ROLES, Scope, is_at_least
from tenantry.runtime import ids, moments, mongodb


class NewKey(NamedTuple):
    """What to make.

    Parameters
    ----------
    name : str
        What the key is for; any text to show.
    scopes : list of Scope
        What it may do.
    expires_at : datetime, optional
        When it expires; never if left out.
    requests_per_minute : int, optional
        How many requests may be sent with it, of those that the organization may send; any if left out.
    """

    name: str
    scopes: list[Scope]
    expires_at: datetime | None = None
    requests_per_minute: int | None = None


class Shown(NamedTuple):
    """A key and its text with the secret that has just been made, which nobody sees again."""

    key: ApiKeyDocument
    text: str


def create(maker: Membership, wanted: NewKey) -> Shown:
    """Make a key of the maker's organization.

    Raises
    ------
    LimitReached
        The organization has `MAX_KEYS`, those that have expired included.
    RoleTooLow, InvalidToken, OrganizationNotFound
        The maker has been demoted or removed, or the organization deleted, a moment ago.
    pymongo.errors.PyMongoError
        Outcome unknown: there is a key whose text nobody knows, or none. The list tells; revoke it.
    """
    return _create(maker, wanted)


@mongodb.in_transaction
def _create(session: ClientSession, maker: Membership, wanted: NewKey) -> Shown:
    organization_id = maker.organization_id
    _lock(maker, session)
    number = api_keys().count_documents({"organization_id": organization_id}, session=session)
    if number >= MAX_KEYS:
        raise LimitReached(
            f"The organization has {number} API keys and may have {MAX_KEYS}. Revoke one first.",
            name="keys",
            limit=MAX_KEYS,
            use=number,
        )
    drawn = texts.draw(texts.draw_id())
    secret = _secret(drawn, maker)
    key: ApiKeyDocument = {
        "_id": drawn.key_id,
        "organization_id": organization_id,
        "name": wanted.name,
        "scopes": wanted.scopes,
        "secrets": [secret],
        "created_by": maker.account_id,
        "created_at": secret["created_at"],
    }
    if wanted.expires_at is not None:
        key["expires_at"] = wanted.expires_at
    if wanted.requests_per_minute is not None:
        key["requests_per_minute"] = wanted.requests_per_minute
    api_keys().insert_one(key, session=session)
    _record("key.created", key, session, scopes=wanted.scopes, secret_id=secret["id"])
    return Shown(key, drawn.text)


def add_secret(maker: Membership, key_id: str) -> Shown:
    """Give a key a second secret; the first works on until it is ended.

    Raises
    ------
    KeyNotFound
        The organization has no such key.
    KeyExpired, LimitReached
        The key has expired, or has `MAX_SECRETS`. Nothing changed.
    RoleTooLow, InvalidToken, OrganizationNotFound
        As of `create`.
    pymongo.errors.PyMongoError
        Outcome unknown: there is a secret that nobody knows, or none. The list tells; end it.
    """
    return _add_secret(maker, key_id)


@mongodb.in_transaction
def _add_secret(session: ClientSession, maker: Membership, key_id: str) -> Shown:
    _lock(maker, session)
    key = _find(maker.organization_id, key_id, session)
    if has_expired(key):
        raise KeyExpired
    if len(key["secrets"]) >= MAX_SECRETS:
        raise LimitReached(
            f"The API key has {MAX_SECRETS} secrets. End one first.",
            name="secrets",
            limit=MAX_SECRETS,
            use=len(key["secrets"]),
        )
    drawn = texts.draw(key_id)
    secret = _secret(drawn, maker)
    key["secrets"].append(secret)
    api_keys().update_one({"_id": key_id}, {"$push": {"secrets": secret}}, session=session)
    _record("key.secret_added", key, session, secret_id=secret["id"])
    return Shown(key, drawn.text)


@mongodb.in_transaction
def end_secret(session: ClientSession, organization_id: str, key_id: str, secret_id: str) -> None:
    """End one secret of a key that has another one; it is refused from the next request on.

    Raises
    ------
    KeyNotFound
        The organization has no such key, or the key no such secret.
    LastSecret
        The key has no other one. Nothing changed.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it. `KeyNotFound` tells then that it is done.
    """
    key = _find(organization_id, key_id, session)
    remaining = [secret for secret in key["secrets"] if secret["id"] != secret_id]
    if len(remaining) == len(key["secrets"]):
        raise KeyNotFound
    if not remaining:
        raise LastSecret
    api_keys().update_one({"_id": key_id}, {"$pull": {"secrets": {"id": secret_id}}}, session=session)
    _record("key.secret_ended", key, session, secret_id=secret_id)


@mongodb.in_transaction
def revoke(session: ClientSession, organization_id: str, key_id: str) -> None:
    """Remove a key with its secrets; it is refused from the next request on.

    Raises
    ------
    KeyNotFound
        The organization has no such key.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it. `KeyNotFound` tells then that it is done.
    """
    remove({"_id": key_id, "organization_id": organization_id}, session)


def find(organization_id: str, key_id: str) -> ApiKeyDocument:
    """Return a key of an organization.

    Raises
    ------
    KeyNotFound
        It has no such key.
    """
    return _find(organization_id, key_id)


def list_all(organization_id: str) -> list[ApiKeyDocument]:
    """Return an organization's keys, `MAX_KEYS` at most, the newest first."""
    keys = api_keys().find({"organization_id": organization_id})
    return sorted(keys, key=lambda key: (key["created_at"], key["_id"]), reverse=True)


def _lock(maker: Membership, session: ClientSession) -> None:
    """Lock the organization, and raise if its member may not make keys at this moment.

    So no key of a member appears whose demotion or removal was answered before.
    """
    locking.lock(maker.organization_id, session)
    member = members.members().find_one({"_id": maker.member_id}, session=session)
    if member is None:
        raise InvalidToken
    least = LEAST_ROLES["manage keys"]
    if not is_at_least(member["role"], least):
        raise RoleTooLow.of(member["role"], least)


def _secret(drawn: KeyText, maker: Membership) -> SecretDocument:
    return {
        "id": ids.random_id("sec"),
        "hash": drawn.hash,
        "created_by": maker.account_id,
        "created_at": moments.now(),
    }


def remove(which: dict[str, Any], session: ClientSession) -> ApiKeyDocument:
    """Remove the key that a filter is for, record that, and return what it was; `KeyNotFound` without one."""
    revoked = api_keys().find_one_and_delete(which, session=session)
    if revoked is None:
        raise KeyNotFound
    _record("key.revoked", revoked, session)
    return revoked


def _find(organization_id: str, key_id: str, session: ClientSession | None = None) -> ApiKeyDocument:
    key = api_keys().find_one({"_id": key_id, "organization_id": organization_id}, session=session)
    if key is None:
        raise KeyNotFound
    return key


def _record(action: recording.Action, key: ApiKeyDocument, session: ClientSession, **more: Any) -> None:
    details = {"key_id": key["_id"], "name": key["name"]} | more
    recording.record(action, [key["organization_id"]], session, details)
