"""Documents of the master collections `accounts` and `members`."""

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from tenantry import database
from tenantry.addresses import folded
from tenantry.errors import EmailTaken
from tenantry.organizations import OrganizationDocument

Role = Literal["owner"]
MAX_MEMBERS: Final = 100  # of an organization, which has one owner so far


class AccountDocument(TypedDict):
    """An account as it is stored; a token is valid only while its epoch is `auth_epoch`.

    `email` is unique, in the form of `tenantry.addresses.folded`; `address` is the same as its owner wrote
    it, where that differs.
    `without_organization_since` is there exactly while the account is a member of no organization; see
    `tenantry.unused_accounts`.
    """

    _id: str
    email: str
    address: NotRequired[str]
    password_hash: str
    auth_epoch: int
    created_at: datetime
    updated_at: datetime
    without_organization_since: NotRequired[datetime]


class Membership(NamedTuple):
    """An account's place in an organization."""

    member_id: str
    organization: OrganizationDocument
    account_id: str
    auth_epoch: int
    role: Role

    @property
    def organization_id(self) -> str:
        """Id of the organization."""
        return self.organization["_id"]


def create_document(address: str, password_hash: str) -> AccountDocument:
    """Make the document of an account that is about to be created, with the address as its owner wrote it."""
    now = database.now()
    document: AccountDocument = {
        "_id": database.random_id("acct"),
        "email": folded(address),
        "password_hash": password_hash,
        "auth_epoch": 0,
        "created_at": now,
        "updated_at": now,
    }
    return document if document["email"] == address else document | {"address": address}


def address_of(account: AccountDocument) -> str:
    """Return an account's e-mail address as its owner wrote it."""
    return account.get("address", account["email"])


def insert(document: AccountDocument, session: ClientSession) -> None:
    """Insert an account within a transaction.

    Raises
    ------
    EmailTaken
        Another account has the address; the transaction is aborted.
    """
    try:
        database.collection("accounts").insert_one(dict(document), session=session)
    except DuplicateKeyError:
        raise EmailTaken from None


def find(account_id: str) -> AccountDocument | None:
    """Return an account."""
    return _typed(database.collection("accounts").find_one({"_id": account_id}))


def find_by_email(email: str) -> AccountDocument | None:
    """Return the account that has the canonical e-mail address."""
    return _typed(database.collection("accounts").find_one({"email": email}))


def lock_to_join(account_id: str, session: ClientSession) -> bool:
    """Lock an account that is about to become a member of an organization; see `_lock`.

    Returns
    -------
    bool
        Whether the account exists.
    """
    return _lock(account_id, session, {"$unset": {"without_organization_since": ""}})


def _lock(account_id: str, session: ClientSession, change: dict[str, Any]) -> bool:
    """Write to the account first, so that transactions which add or remove its members run one by one.

    Without it two deletions of an account's last two organizations would each see the other's member, and
    neither would note that the account is left without one (write skew).
    """
    touched = database.collection("accounts").update_one(
        {"_id": account_id}, {"$set": {"updated_at": database.now()}} | change, session=session
    )
    return touched.matched_count == 1


def count_organizations(account_id: str, at_most: int, session: ClientSession) -> int:
    """Count the organizations of a locked account within the same transaction, up to a number."""
    return database.collection("members").count_documents(
        {"account_id": account_id}, limit=at_most, session=session
    )


def add_member(organization_id: str, account_id: str, session: ClientSession) -> None:
    """Make a locked account the owner of an organization, or one that the same transaction inserts."""
    member = {
        "_id": database.random_id("mem"),
        "organization_id": organization_id,
        "account_id": account_id,
        "role": "owner",
    }
    database.collection("members").insert_one(member, session=session)


def remove_members(organization_id: str, session: ClientSession) -> list[str]:
    """Remove an organization's members, and note which accounts are left without any organization.

    Returns
    -------
    list of str
        The accounts whose organization it was.
    """
    members = database.collection("members")
    account_ids = owners(organization_id, session)
    for account_id in account_ids:
        _lock(account_id, session, {})
    members.delete_many({"organization_id": organization_id}, session=session)
    for account_id in account_ids:
        if members.find_one({"account_id": account_id}, session=session) is None:
            database.collection("accounts").update_one(
                {"_id": account_id},
                {"$set": {"without_organization_since": database.now()}},
                session=session,
            )
    return account_ids


def owners(organization_id: str, session: ClientSession) -> list[str]:
    """Return the ids of the accounts that own an organization."""
    found = database.collection("members").find({"organization_id": organization_id}, session=session)
    return [member["account_id"] for member in found]


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
    changed = database.collection("accounts").update_one(
        {"_id": account["_id"], "password_hash": account["password_hash"]},
        {
            "$set": {"password_hash": password_hash, "updated_at": database.now()},
            "$inc": {"auth_epoch": int(revoke_tokens)},
        },
        session=session,
    )
    return changed.matched_count == 1


def revoke_tokens(account_id: str, session: ClientSession) -> None:
    """Let every token of an account that has been issued so far die, within a transaction."""
    database.collection("accounts").update_one(
        {"_id": account_id},
        {"$inc": {"auth_epoch": 1}, "$set": {"updated_at": database.now()}},
        session=session,
    )


def ids_of_members(organization_id: str) -> list[str]:
    """Return the ids of the accounts that are members of an organization, at most `MAX_MEMBERS`."""
    found = database.collection("members").find(
        {"organization_id": organization_id}, {"account_id": 1}, sort=[("account_id", 1)], limit=MAX_MEMBERS
    )
    return [member["account_id"] for member in found]


def memberships(account_id: str) -> list[Membership]:
    """Return an account's memberships, in one round trip."""
    found = database.collection("account_epochs").aggregate(
        [
            {"$match": {"_id": account_id}},
            *join("members", "_id", "member", foreign_field="account_id"),
            *join("organizations", "member.organization_id", "organization"),
            {"$sort": {"organization.slug": 1}},
        ]
    )
    return [membership_of(one) for one in found]


def membership_of(joined: database.Document) -> Membership:
    """Return the membership that an account, joined with its `member` and `organization`, has."""
    return Membership(
        member_id=joined["member"]["_id"],
        organization=joined["organization"],
        account_id=joined["_id"],
        auth_epoch=joined["auth_epoch"],
        role=joined["member"]["role"],
    )


def join(
    collection: str, local_field: str, name: str, foreign_field: str = "_id", *, is_optional: bool = False
) -> list[dict[str, Any]]:
    """Return the stages that add the documents of a collection whose field is equal, one to each result.

    A result for which there is none is left out, unless the join is optional.
    """
    fields = {"localField": local_field, "foreignField": foreign_field}
    # nosemgrep: operator-made-of-text - the name is a constant of the code that joins
    unwind = {"$unwind": {"path": f"${name}", "preserveNullAndEmptyArrays": is_optional}}
    return [{"$lookup": {"from": collection, "as": name} | fields}, unwind]


def _typed(document: database.Document | None) -> AccountDocument | None:
    return document  # type: ignore[return-value]  # this module alone writes them
