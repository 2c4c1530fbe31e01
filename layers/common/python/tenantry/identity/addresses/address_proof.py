"""Proof that an e-mail address belongs to whoever uses the account, and what it does to the account.

Anybody may sign up with anybody's address, and wait until its owner comes (Sudhodanan and Paverd,
"Pre-hijacked accounts", USENIX Security 2022). So a link that was mailed to the address proves it in one of
two ways. Together with a token of the account, the reader of the mail and the user of the account are the
same, and nothing else changes. By itself it gives the account to the reader of the mail, and takes it from
everybody else. See docs/decisions/0048-verified-addresses.md.
"""

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.audit.recording import OfAccount
from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.links import Purpose
from tenantry.runtime import moments
from tenantry.runtime.request_context import Actor


def note(account: AccountDocument, purpose: Purpose, session: ClientSession) -> None:
    """Note and record within a transaction that an account's address is verified, unless it was before.

    Parameters
    ----------
    account : AccountDocument
        The account with the address and the epoch that it has within the transaction.
    purpose : Purpose
        Of the link that verifies it.
    session : ClientSession
        Of the transaction.
    """
    if accounts.verify(account, session):
        _record("account.verified", account["_id"], purpose, session)


def take_over(account: AccountDocument, password_hash: str, purpose: Purpose, session: ClientSession) -> bool:
    """Give an account to whoever has shown a link that was mailed to its address, within a transaction.

    Its password, sessions, tokens, links and the tokens of its devices are dead afterwards, whoever has them,
    and its address is verified. Its organizations stay: as long as the address was not verified, nobody else
    has become a member of them, for such an account invites nobody.

    Parameters
    ----------
    account : AccountDocument
        The account as it was read, with the address that the link was mailed to. If that is not verified, the
        epoch may have changed since: whoever uses the account moves it as often as they like.
    password_hash : str
        Of the password that the reader of the mail chooses.
    purpose : {"reset-password", "invitation"}
        Of the link.
    session : ClientSession
        Of the transaction, which also takes the link.

    Returns
    -------
    bool
        False if the account is gone, or its address has changed since, has just been verified or, if it was
        verified before, its epoch has changed; nothing changed then.
    """
    taken = accounts.accounts().find_one_and_update(
        accounts.as_read(account) if accounts.is_verified(account) else accounts.as_unverified(account),
        {
            "$set": {"password_hash": password_hash, "updated_at": moments.now()},
            "$inc": {"auth_epoch": 1},
        },
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if taken is None:
        return False
    _record("password.reset", account["_id"], purpose, session)
    note(taken, purpose, session)
    return True


def _record(action: recording.Action, account_id: str, purpose: Purpose, session: ClientSession) -> None:
    """Record what the link has done, as the account's doing, which the link has proved."""
    decided_by = recording.origin(Actor("account", account_id))
    recording.record(action, OfAccount(account_id), session, {"purpose": purpose}, decided_by)
