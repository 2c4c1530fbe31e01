"""Changing the e-mail address of an account, and taking the change back.

Who needs what for it is reasoned in docs/decisions/0050-change-of-address.md.
"""

from datetime import timedelta
from typing import Final

from pymongo.client_session import ClientSession

from tenantry.audit import recording
from tenantry.audit.recording import OfAccount
from tenantry.errors import InvalidFields, InvalidToken, LinkNotFound
from tenantry.identity import accounts, counters, links, passwords, throttling
from tenantry.identity.addresses import address_proof, email_holds
from tenantry.identity.credentials import check_password, refusal
from tenantry.identity.mail import limits, queue
from tenantry.identity.mail.kinds.change_email import CHANGE_EMAIL
from tenantry.identity.mail.kinds.email_change_undone import EMAIL_CHANGE_UNDONE
from tenantry.identity.mail.kinds.email_changed import EMAIL_CHANGED, UNVERIFIED_EMAIL_CHANGED
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.identity.sessions import Identity
from tenantry.runtime import mongodb
from tenantry.runtime.request_context import Actor

ASKED_PER_HOUR: Final = 10  # by one account, for whichever addresses
_TOO_MANY: Final = (
    "Too many changes of the address were asked for. Wait before the next one; see Retry-After."
)
FAILURE: Final[recording.Action] = "account.email_change_failed"


def request(caller: Identity, new_address: str, current_password: str) -> None:
    """Send a link to the address that an account wants; what is done does not depend on who has it.

    Parameters
    ----------
    caller : Identity
        Whose account it is.
    new_address : str
        As `tenantry.identity.addresses.email_addresses.check_address` gives it.
    current_password : str
        In canonical form.

    Raises
    ------
    MailNotConfigured
        This deployment sends no mail; nothing was verified.
    InvalidCredentials
        The password is wrong.
    InvalidFields
        The account has this very address.
    InvalidToken
        The account is gone.
    TooManyRequests
        Too many failures in the caller's session, and nothing was verified; or the account, the address or
        the source has asked for too many mails.
    """
    queue.check_configured()
    account = accounts.find(caller.account_id)
    if account is None:
        raise InvalidToken
    if not check_password(throttling.of_known(caller.session_id), account, current_password, FAILURE):
        raise refusal("credentials")
    if new_address == accounts.address_of(account):
        raise InvalidFields.of("new_email", "is the account's address already")
    asking = counters.key_of(f"changes of the address of {account['_id']}")
    counters.spend(asking, timedelta(hours=1) / ASKED_PER_HOUR, ASKED_PER_HOUR, _TOO_MANY)
    limits.admit(CHANGE_EMAIL, new_address)
    queue.put_alone(
        CHANGE_EMAIL, new_address, {"account_id": account["_id"], "auth_epoch": account["auth_epoch"]}
    )


def complete(caller: Identity, token: str) -> None:
    """Give the caller's account the address that a link was sent to; every token of it is dead afterwards.

    If the earlier address was verified, it is held for the account and gets a link that takes this back. If
    not, it is told, unless it has been told so a few times within the hour.

    Parameters
    ----------
    caller : Identity
        Whose account it is; the link alone is no proof, for a mistyped address is a stranger's.
    token : str
        Of the link, as it was sent.

    Raises
    ------
    LinkNotFound
        There is no such link, or it is another account's, or the account's epoch has moved on since it was
        asked for; nothing changed.
    EmailTaken
        Another account has the address, or had it until lately; nothing changed, and the link stays.
    MailNotConfigured
        This deployment sends no mail; nothing changed.
    """
    queue.check_configured()
    links.find("change-email", token)
    _complete(caller, token, is_stranger_told=_is_stranger_told(caller.account_id))


def _is_stranger_told(account_id: str) -> bool:
    """Tell whether an account's address, if it is not verified, is told that the account gives it up."""
    account = accounts.find(account_id)
    if account is None or accounts.is_verified(account):
        return False
    return limits.admits_unasked(UNVERIFIED_EMAIL_CHANGED, account["email"])


@mongodb.in_transaction
def _complete(session: ClientSession, caller: Identity, token: str, *, is_stranger_told: bool) -> None:
    link = links.take(session, "change-email", token)
    account = accounts.find(caller.account_id, session)
    if account is None or link["account_id"] != account["_id"]:
        raise LinkNotFound
    address = accounts.address_of(account)
    changed = accounts.set_address(account, link["address"], session)
    if accounts.is_verified(account):
        email_holds.hold(address, account["_id"], account["auth_epoch"], session)
        undo_claims: links.Claims = {"account_id": account["_id"], "email": account["email"]}
        queue.put(EMAIL_CHANGED, address, session, claims=undo_claims)
    else:
        if is_stranger_told:
            queue.put(UNVERIFIED_EMAIL_CHANGED, address, session)
        address_proof.note(changed, "change-email", session)
    recording.record("account.email_changed", OfAccount(account["_id"]), session)


@mongodb.in_transaction
def undo(session: ClientSession, token: str) -> None:
    """Give an account an earlier address back; its password, tokens and links are dead afterwards.

    What has changed the address since is undone as well. The address gets a link to choose a password.

    Parameters
    ----------
    token : str
        Of the link that the earlier address got, as it was sent.

    Raises
    ------
    LinkNotFound
        There is no such link, or the change was undone by the link of an earlier one, or the account is
        gone; nothing changed.
    MailNotConfigured
        This deployment sends no mail; nothing changed.
    """
    queue.check_configured()
    link = links.take(session, "undo-email-change", token)
    hold = email_holds.find(link["email"], session)
    account = accounts.find(link["account_id"], session)
    if account is None or hold is None or hold["account_id"] != account["_id"]:
        raise LinkNotFound
    accounts.set_address(account, hold["address"], session, passwords.unusable_hash())
    for email in email_holds.end_since(hold, session):
        links.revoke(session, {"account_id": account["_id"], "email": email})
    queue.put(EMAIL_CHANGE_UNDONE, accounts.address_of(account), session)
    queue.put(RESET_PASSWORD, hold["address"], session)
    decided_by = recording.origin(Actor("account", account["_id"]))
    recording.record("account.email_change_undone", OfAccount(account["_id"]), session, decided_by=decided_by)
