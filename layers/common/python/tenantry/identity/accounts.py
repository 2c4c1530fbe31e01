"""Documents of the master collection `accounts`."""

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from tenantry.errors import EmailTaken
from tenantry.identity.addresses import email_holds
from tenantry.identity.addresses.email_addresses import folded
from tenantry.runtime import ids, moments, mongodb


class AccountDocument(TypedDict):
    """An account as it is stored; a token is valid only while its epoch is `auth_epoch`.

    `email` is unique, in the form of `tenantry.identity.addresses.email_addresses.folded`; `address` is the
    same as its owner wrote it, where that differs.
    `verified_at` is there once the address is verified to be its owner's; see
    `tenantry.identity.addresses.address_proof`.
    `changes` counts what `tenantry.identity.memberships.locking` has written.
    `without_organization_since` is there exactly while the account is a member of no organization; see
    `tenantry.identity.unused_accounts`.
    """

    _id: str
    email: str
    address: NotRequired[str]
    password_hash: str
    auth_epoch: int
    created_at: datetime
    updated_at: datetime
    verified_at: NotRequired[datetime]
    changes: NotRequired[int]
    without_organization_since: NotRequired[datetime]


class AccountAddress(TypedDict):
    """What the view of addresses shows of an account; fields as of `AccountDocument`."""

    _id: str
    email: str
    address: NotRequired[str]
    auth_epoch: int
    verified_at: NotRequired[datetime]


def accounts() -> Collection[AccountDocument]:
    """Return the master's collection of accounts."""
    return mongodb.collection("accounts")


def account_epochs() -> Collection[mongodb.Document]:
    """Return the view of all accounts that shows their epochs; pipelines join more to them."""
    return mongodb.collection("account_epochs")


def account_addresses() -> Collection[AccountAddress]:
    """Return the view of all accounts that shows their addresses, and no password hashes."""
    return mongodb.collection("account_addresses")


def create_document(address: str, password_hash: str) -> AccountDocument:
    """Make the document of an account that is about to be created, with the address as its owner wrote it."""
    now = moments.now()
    document: AccountDocument = {
        "_id": ids.random_id("acct"),
        "email": folded(address),
        "password_hash": password_hash,
        "auth_epoch": 0,
        "created_at": now,
        "updated_at": now,
    }
    return document if document["email"] == address else document | {"address": address}


def address_of(account: AccountDocument | AccountAddress) -> str:
    """Return an account's e-mail address as its owner wrote it."""
    return account.get("address", account["email"])


def is_verified(account: AccountDocument | AccountAddress) -> bool:
    """Tell whether an account's address is verified to be its owner's."""
    return "verified_at" in account


def insert(document: AccountDocument, session: ClientSession) -> None:
    """Insert an account within a transaction.

    Raises
    ------
    EmailTaken
        Another account has the address, or had it until lately; the transaction is aborted.
    """
    email_holds.check(document["email"], document["_id"], session)
    try:
        accounts().insert_one(document, session=session)
    except DuplicateKeyError:
        raise EmailTaken from None


def find(account_id: str, session: ClientSession | None = None) -> AccountDocument | None:
    """Return an account, within a transaction as it is there."""
    return accounts().find_one({"_id": account_id}, session=session)


def find_addressee(address: str) -> AccountAddress | None:
    """Return what the view shows of the account that has an address, in whichever case it is written."""
    return account_addresses().find_one({"email": folded(address)})


def find_by_email(email: str, session: ClientSession | None = None) -> AccountDocument | None:
    """Return the account that has the canonical e-mail address, within a transaction as it is there."""
    return accounts().find_one({"email": email}, session=session)


def set_password_hash(
    account: AccountDocument,
    password_hash: str,
    *,
    revoke_tokens: bool,
    session: ClientSession | None = None,
) -> bool:
    """Store a password hash, if the one that was read is still there.

    Parameters
    ----------
    account : AccountDocument
        The account as it was read.
    password_hash : str
        The hash to store.
    revoke_tokens : bool
        Whether every token issued so far dies.
    session : ClientSession, optional
        Of the transaction that this belongs to.

    Returns
    -------
    bool
        False if the password has been changed meanwhile; nothing changed then.
    """
    changed = accounts().update_one(
        {"_id": account["_id"], "password_hash": account["password_hash"]},
        {
            "$set": {"password_hash": password_hash, "updated_at": moments.now()},
            "$inc": {"auth_epoch": int(revoke_tokens)},
        },
        session=session,
    )
    return changed.matched_count == 1


def verify(account: AccountDocument, session: ClientSession) -> bool:
    """Note within a transaction that an account's address is verified, unless that has been noted before.

    Parameters
    ----------
    account : AccountDocument
        The account as it was read, with the address that is verified.
    session : ClientSession
        Of the transaction.

    Returns
    -------
    bool
        False if it has been noted before, the account is gone, or its address or epoch has changed since;
        nothing changed then.
    """
    unverified = as_read(account) | {"verified_at": {"$exists": False}}
    now = moments.now()
    noted = accounts().update_one(
        unverified, {"$set": {"verified_at": now, "updated_at": now}}, session=session
    )
    return noted.matched_count == 1


def as_unverified(account: AccountDocument) -> dict[str, Any]:
    """Return the query for an account that still has the address that was read, and has not verified it."""
    return {"_id": account["_id"], "email": account["email"], "verified_at": {"$exists": False}}


def as_read(account: AccountDocument) -> dict[str, Any]:
    """Return the query for an account that has the address and the epoch with which it was read."""
    return {"_id": account["_id"], "email": account["email"], "auth_epoch": account["auth_epoch"]}


def set_address(
    account: AccountDocument, address: str, session: ClientSession, password_hash: str | None = None
) -> AccountDocument:
    """Give an account another address within a transaction; every token issued so far dies.

    Parameters
    ----------
    account : AccountDocument
        The account as it was found within the same transaction.
    address : str
        As its owner wrote it.
    session : ClientSession
        Of the transaction.
    password_hash : str, optional
        Replaces the one that is stored.

    Returns
    -------
    AccountDocument
        The account as it is stored from now on.

    Raises
    ------
    EmailTaken
        Another account has the address, or had it until lately; the transaction is aborted.
    """
    changed: AccountDocument = {
        **account,
        "email": folded(address),
        "address": address,
        "password_hash": password_hash or account["password_hash"],
        "auth_epoch": account["auth_epoch"] + 1,
        "updated_at": moments.now(),
    }
    if changed["email"] == address:
        del changed["address"]
    email_holds.check(changed["email"], account["_id"], session)
    try:
        accounts().replace_one(as_read(account), changed, session=session)
    except DuplicateKeyError:
        raise EmailTaken from None
    return changed


def revoke_tokens(account_id: str, session: ClientSession) -> None:
    """Let every token of an account that has been issued so far die, within a transaction."""
    accounts().update_one(
        {"_id": account_id},
        {"$inc": {"auth_epoch": 1}, "$set": {"updated_at": moments.now()}},
        session=session,
    )
