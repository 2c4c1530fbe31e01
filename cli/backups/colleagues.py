"""Members of a restored organization who do not own it, with the roles that they had.

There may be a thousand of them, so they are looked up and stored together. Whoever is not what it was is left
out and told, for a restore must not fail for one of them: an owner invites it again.
"""

from collections.abc import Set
from typing import NamedTuple

from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from cli.backups.backed_up import Account
from cli.backups.content import Content
from cli.backups.errors import BackupError
from cli.backups.owners import is_same, recreated
from tenantry.identity import accounts, members
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import email_holds
from tenantry.identity.memberships import locking
from tenantry.identity.roles import Role
from tenantry.runtime import server_errors


class Colleague(NamedTuple):
    """An account that becomes a member, and whether it is stored already."""

    account: AccountDocument
    role: Role
    exists: bool


class Colleagues(NamedTuple):
    """Who becomes a member, and the accounts of those who do not."""

    joining: list[Colleague]
    left_out: list[Account]


def backed_up(content: Content) -> Colleagues:
    """Return the members of a backup: those whose accounts exist as they are now, the others as they were."""
    known = _known([account for account, _ in content.colleagues])
    held = email_holds.held(account.email for account, _ in content.colleagues)
    taken = known.keys() | held
    outcomes = [(account, _colleague(account, role, known, taken)) for account, role in content.colleagues]
    return Colleagues(
        [colleague for _, colleague in outcomes if colleague is not None],
        [account for account, colleague in outcomes if colleague is None],
    )


def _known(backed_up_accounts: list[Account]) -> dict[str, AccountDocument]:
    """Return the accounts that have an id or an address of these, by both."""
    with_id = {"_id": {"$in": [account.id for account in backed_up_accounts]}}
    with_email = {"email": {"$in": [account.email for account in backed_up_accounts]}}
    found = list(accounts.accounts().find({"$or": [with_id, with_email]}))
    return {key: account for account in found for key in (account["_id"], account["email"])}


def _colleague(
    account: Account, role: Role, known: dict[str, AccountDocument], taken: Set[str]
) -> Colleague | None:
    existing = known.get(account.id)
    if existing is not None:
        return Colleague(existing, role, exists=True) if is_same(account, existing) else None
    return None if account.email in taken else Colleague(recreated(account), role, exists=False)


def join(colleagues: list[Colleague], organization_id: str, session: ClientSession) -> None:
    """Let accounts become members within the transaction that inserts the organization.

    Raises
    ------
    BackupError
        One of them has gone, or another has come to have its e-mail address, since it was looked for.
    """
    present = [colleague.account["_id"] for colleague in colleagues if colleague.exists]
    missing = [colleague.account for colleague in colleagues if not colleague.exists]
    if not locking.lock_to_join(present, session) or not _insert(missing, session):
        raise BackupError("A member's account or address has changed a moment ago; try again")
    documents = [
        members.create_document(organization_id, colleague.account["_id"], colleague.role)
        for colleague in colleagues
    ]
    if documents:
        members.members().insert_many(documents, session=session)


def _insert(missing: list[AccountDocument], session: ClientSession) -> bool:
    if email_holds.held((account["email"] for account in missing), session):
        return False
    try:
        if missing:
            accounts.accounts().insert_many(missing, session=session)
    except BulkWriteError as error:
        if error.details["writeErrors"][0]["code"] == server_errors.DUPLICATE_KEY:
            return False
        raise
    return True
