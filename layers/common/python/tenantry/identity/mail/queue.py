"""Queueing mails in the transaction that does what they tell of; `sending` takes them from there.

A mail waits in the master collection `mails`. So what happened is mailed, and nothing else is.
"""

from collections.abc import Mapping

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import MailNotConfigured
from tenantry.identity.links import Claims
from tenantry.identity.mail import waking
from tenantry.identity.mail.kinds.kind import Kind, MailDocument
from tenantry.runtime import ids, moments, mongodb
from tenantry.runtime.settings import settings


def mails() -> Collection[MailDocument]:
    """Return the master's collection of mails that wait to be sent."""
    return mongodb.collection("mails")


def is_configured() -> bool:
    """Tell whether this deployment sends mail."""
    return bool(settings().mail_from)


def check_configured() -> None:
    """Refuse what cannot be done without mail.

    Raises
    ------
    MailNotConfigured
        This deployment sends none; nothing changed.
    """
    if not is_configured():
        raise MailNotConfigured


def put(
    kind: Kind,
    to: str,
    session: ClientSession,
    values: Mapping[str, str] | None = None,
    claims: Claims | None = None,
) -> str:
    """Queue a mail within a transaction; it is sent at least once, mostly seconds after the commit.

    Where this deployment sends no mail, nothing is done.

    Parameters
    ----------
    kind : Kind
        What it says, and what its link is for.
    to : str
        The address, as `check_address` or `canonical_email` of
        `tenantry.identity.addresses.email_addresses` gives it.
    session : ClientSession
        Of the transaction.
    values : mapping of str to str, optional
        What its text names. They are stored until the mail is sent, so no secrets.
    claims : Claims, optional
        What the token of its link is bound to; a kind that is resolved when it is sent adds its own.

    Returns
    -------
    str
        Id of the mail; empty where none is sent.
    """
    if not is_configured():
        return ""
    at = moments.now()
    mail: MailDocument = {
        "_id": ids.random_id("mail"),
        "kind": kind.name,
        "to": to,
        "values": dict(values or {}),
        "claims": claims or {},
        "at": at,
        "leased_until": at,
        "expires_at": at + kind.lifetime,
    }
    mails().insert_one(mail, session=session)
    waking.note()
    return mail["_id"]


@mongodb.in_transaction
def put_alone(session: ClientSession, kind: Kind, to: str, claims: Claims | None = None) -> None:
    """Queue a mail that tells of no change; parameters as of `put`.

    Raises
    ------
    pymongo.errors.PyMongoError
        Outcome unknown; a repetition queues one more mail at most.
    """
    put(kind, to, session, claims=claims)
