"""What an operator is told about an account that may be a restored organization's owner."""

from datetime import UTC, datetime
from typing import Final

import pymongo
from pymongo.errors import PyMongoError

from cli.backups.content import Content
from tenantry.audit.recording import Record, audit
from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.members import members
from tenantry.runtime.mongodb import Document

SEARCH_SECONDS: Final = 3  # no index leads from an account to its logins
MAX_ORGANIZATIONS: Final = 100  # that are looked at


def is_younger(account: AccountDocument, content: Content) -> bool:
    """Tell whether an account was created after a backup was made."""
    return account["created_at"] > content.taken_at


def described(account: AccountDocument, content: Content) -> str:
    """Return an account's id and address, since when it exists, and when its owner logged in last."""
    order = "after" if is_younger(account, content) else "before"
    return (
        f"{account['_id']} ({accounts.address_of(account)}), created {moment(account['created_at'])} "
        f"{order} the backup of {moment(content.taken_at)}, {_last_login(account['_id'])}"
    )


def moment(at: datetime) -> str:
    """Return a time in UTC, as RFC 3339 writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _last_login(account_id: str) -> str:
    """Return what the audit record knows: of the account's organizations or, if that is nothing, of all."""
    memberships = members().find({"account_id": account_id}, limit=MAX_ORGANIZATIONS)
    organization_ids = [membership["organization_id"] for membership in memberships]
    logins = {"action": "login.succeeded", "details.account_id": account_id}
    try:
        with pymongo.timeout(SEARCH_SECONDS):
            last = _latest(logins | {"organization_ids": {"$in": organization_ids}}) or _latest(logins)
    except PyMongoError as error:
        if not error.timeout:
            raise
        return "last login not known, for there are too many records"
    return f"last login {moment(last['at'])}" if last else "no login recorded"


def _latest(query: Document) -> Record | None:
    return audit().find_one(query, sort=[("at", pymongo.DESCENDING)])
