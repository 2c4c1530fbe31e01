"""Choosing another password with a link that was mailed, for whoever has forgotten the password.

Who asks for a link learns nothing: the sender of mails finds out whether an account has the address.
See docs/decisions/0049-forgotten-passwords.md.
"""

from typing import Final, Literal

from pymongo.client_session import ClientSession

from tenantry.errors import LinkNotFound
from tenantry.identity import accounts, credentials, links, passwords, throttling
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import address_proof
from tenantry.identity.addresses.email_addresses import is_same_mailbox
from tenantry.identity.links import LinkDocument
from tenantry.identity.mail import limits, queue
from tenantry.identity.mail.kinds.password_changed import PASSWORD_CHANGED
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.runtime import mongodb
from tenantry.runtime.observability import logger

PURPOSE: Final[Literal["reset-password"]] = "reset-password"


def request(email: str) -> None:
    """Queue a mail with a link to whoever has an address, without finding out whether anybody has.

    Parameters
    ----------
    email : str
        In canonical form.

    Raises
    ------
    MailNotConfigured
        This deployment sends no mail.
    TooManyRequests
        Too many links were asked for, for this address or from this source; nothing is queued.
    pymongo.errors.PyMongoError
        Outcome unknown; a repetition queues one more mail at most.
    """
    queue.check_configured()
    limits.admit(RESET_PASSWORD, email)
    queue.put_alone(RESET_PASSWORD, email)


def complete(token: str, new_password: str) -> None:
    """Replace the password of the account that a link was mailed to; its other tokens and links are dead.

    A password that is refused leaves the link as it is. No password is hashed for a token that is none.

    Parameters
    ----------
    token : str
        From the link, as it was sent.
    new_password : str
        In canonical form.

    Raises
    ------
    LinkNotFound
        There is no such link, it has expired or been used, or the account's password or address has changed
        since; nothing changed.
    InvalidFields
        The password is guessable; the link works on.
    TooManyRequests
        The source has sent too many tokens that are none, or wrong passwords.
    pymongo.errors.PyMongoError
        Outcome unknown: if a repetition raises LinkNotFound, the password has most likely been replaced.
    """
    account = _account_of(token)
    logger.append_keys(account_id=account["_id"])
    credentials.refuse_guessable(account, new_password)
    throttling.forgive(account["email"])
    _reset(account, token, passwords.hash_password(new_password))


def _account_of(token: str) -> AccountDocument:
    try:
        link = links.find(PURPOSE, token)
    except LinkNotFound:
        throttling.fail_of_source()
        raise
    account = accounts.find(link["account_id"]) if "auth_epoch" in link else _unverified_account_of(link)
    if account is None:
        raise LinkNotFound
    return account


def _unverified_account_of(link: LinkDocument) -> AccountDocument | None:
    """Return the account that has the address that a link was sent to, unless it is verified by now.

    It may be another account than the one of then, for whoever signs up with the address can do so again.
    """
    account = accounts.find_by_email(link["email"])
    if account is None or accounts.is_verified(account):
        return None
    return account if is_same_mailbox(accounts.address_of(account), link["address"]) else None


@mongodb.in_transaction
def _reset(session: ClientSession, account: AccountDocument, token: str, password_hash: str) -> None:
    links.take(session, PURPOSE, token)
    if not address_proof.take_over(account, password_hash, PURPOSE, session):
        raise LinkNotFound
    queue.put(PASSWORD_CHANGED, accounts.address_of(account), session)
