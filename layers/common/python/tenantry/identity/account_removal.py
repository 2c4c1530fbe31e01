"""Removing an account, whoever decides it, with what belongs to it alone.

What names it elsewhere goes by itself: counters within a day, and names that are held for it within weeks.
"""

from pymongo.client_session import ClientSession

from tenantry.identity import links
from tenantry.identity.accounts import accounts
from tenantry.identity.addresses import email_holds
from tenantry.identity.sessions import sessions
from tenantry.runtime import mongodb


def remove(account_id: str, condition: mongodb.Document, session: ClientSession) -> bool:
    """Remove an account that fulfils a condition, with its sessions, links and held addresses.

    Its tokens are dead afterwards, and its addresses are free. Mails to it that wait are sent all the same,
    so that nobody hides by it what was done to the account before; what their links are for is gone.

    Parameters
    ----------
    account_id : str
        Which account.
    condition : Document
        What else the account must fulfil.
    session : ClientSession
        Of the transaction. It conflicts with every other that adds, removes or changes the account's members.

    Returns
    -------
    bool
        False if there is no such account; nothing changed then.
    """
    if accounts().delete_one({"_id": account_id} | condition, session=session).deleted_count == 0:
        return False
    sessions().delete_many({"account_id": account_id}, session=session)
    links.revoke(session, {"account_id": account_id})
    email_holds.end_all(account_id, session)
    return True


def end_late_sessions(account_id: str) -> None:
    """Remove sessions of logins that were under way while their account was removed.

    A login either has stored its session by the time the removal is committed, or finds no account before it
    answers and removes the session itself. Such a session is dead in any case.
    """
    sessions().delete_many({"account_id": account_id})
