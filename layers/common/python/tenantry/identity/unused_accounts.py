"""The end of accounts that have had no organization for a while.

An account outlives its last organization, so that its owner can log in and create the next; see
docs/decisions/0005-accounts-outlive-their-organizations.md. Its address is not kept from others for ever.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.audit import recording
from tenantry.identity import account_removal
from tenantry.runtime import moments, mongodb
from tenantry.runtime.observability import logger

KEPT_FOR: Final = timedelta(days=30)
MAX_ENDED: Final = 1_000  # by one run; the next run ends more


class UnusedAccount(TypedDict):
    """What the view shows of an account: only since when it has been without an organization, if it is."""

    _id: str
    without_organization_since: NotRequired[datetime]


def unused_accounts() -> Collection[UnusedAccount]:
    """Return the view of accounts that is enough to end those without an organization."""
    return mongodb.collection("unused_accounts")


def end_all() -> Iterator[str]:
    """End the accounts that have been without an organization for `KEPT_FOR`; yield their ids.

    Sessions, links and tokens of an account are gone with it, and its address is free.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown for the last one; those before it have ended.
    """
    before = moments.now() - KEPT_FOR
    due = unused_accounts().find(
        {"without_organization_since": {"$lt": before}},
        sort=[("without_organization_since", 1)],
        limit=MAX_ENDED,
    )
    for account in list(due):
        if _end(account["_id"], before):
            account_removal.end_late_sessions(account["_id"])
            logger.info("Ended an account without an organization", account_id=account["_id"])
            yield account["_id"]


@mongodb.in_transaction
def _end(session: ClientSession, account_id: str, before: datetime) -> bool:
    """End an account unless it has got an organization meanwhile, whose creation writes to it, too."""
    unused = {"without_organization_since": {"$lt": before}}
    is_ended = account_removal.remove(account_id, unused, session)
    if is_ended:
        recording.record("account.ended", [], session, {"account_id": account_id})
    return is_ended
