"""Verifying an account's address: a link is mailed to it, and comes back with a token of the account."""

from pymongo.client_session import ClientSession

from tenantry.errors import InvalidToken, LinkNotFound
from tenantry.identity import accounts, links
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import address_proof
from tenantry.identity.mail import limits, queue
from tenantry.identity.mail.kinds.verify_email import VERIFY_EMAIL
from tenantry.identity.sessions import Identity
from tenantry.runtime import mongodb


def put_mail(account: AccountDocument, session: ClientSession) -> None:
    """Queue the mail whose link verifies an account's address, within a transaction.

    Where this deployment sends no mail, nothing is done.

    Parameters
    ----------
    account : AccountDocument
        The account as the transaction leaves it.
    session : ClientSession
        Of the transaction.
    """
    claims: links.Claims = {"account_id": account["_id"], "auth_epoch": account["auth_epoch"]}
    queue.put(VERIFY_EMAIL, accounts.address_of(account), session, claims=claims)


def is_mailed_at_sign_up(account: AccountDocument) -> bool:
    """Tell whether an account that is about to be created gets the mail that verifies its address.

    Without it the sign-up goes on: where no mail is sent, or if the address has had enough of these mails.
    Its owner can ask for one later.
    """
    return queue.is_configured() and limits.admits_unasked(VERIFY_EMAIL, account["email"])


def request_link(caller: Identity) -> bool:
    """Mail a link to the address of the caller's account, unless the address is verified.

    Returns
    -------
    bool
        False if it is verified already; nothing is mailed then.

    Raises
    ------
    InvalidToken
        The account is gone.
    MailNotConfigured
        This deployment sends no mail.
    TooManyRequests
        Links were asked for too often.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it, and there may be two mails.
    """
    account = accounts.find(caller.account_id)
    if account is None:
        raise InvalidToken
    if accounts.is_verified(account):
        return False
    queue.check_configured()
    limits.admit(VERIFY_EMAIL, account["email"])
    mongodb.run_transaction(lambda session: put_mail(account, session))
    return True


@mongodb.in_transaction
def complete(session: ClientSession, caller: Identity, token: str) -> None:
    """Note that the address of the caller's account is verified; the link cannot be used again.

    Whoever shows a link of another account's mail, as its reader may, verifies and uses up nothing.

    Parameters
    ----------
    caller : Identity
        Whose address it is.
    token : str
        Of the link, as it was sent.

    Raises
    ------
    LinkNotFound
        No such link was mailed for this account, or it was used, has expired, or the account's password or
        address has changed since.
    pymongo.errors.PyMongoError
        Outcome unknown; repeat it, and `LinkNotFound` then may mean that it was done.
    """
    link = links.take(session, "verify-email", token)
    account = accounts.find(caller.account_id, session)
    if account is None or link.get("account_id") != account["_id"]:
        raise LinkNotFound
    address_proof.note(account, link["purpose"], session)
