"""Sending the mails that wait, at least once.

A sender leases a mail, sends it, and removes it once SES has it. A sender that is killed in between leaves it
to another, when the lease is over: the reader gets it twice, with two links that both work.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from tenantry.identity import links
from tenantry.identity.mail import ses, texts
from tenantry.identity.mail.kinds.change_email import CHANGE_EMAIL
from tenantry.identity.mail.kinds.email_change_undone import EMAIL_CHANGE_UNDONE
from tenantry.identity.mail.kinds.email_changed import EMAIL_CHANGED, UNVERIFIED_EMAIL_CHANGED
from tenantry.identity.mail.kinds.invitation import INVITATION
from tenantry.identity.mail.kinds.kind import Kind, Letter, MailDocument
from tenantry.identity.mail.kinds.organization_deleted import ORGANIZATION_DELETED
from tenantry.identity.mail.kinds.password_changed import PASSWORD_CHANGED
from tenantry.identity.mail.kinds.reset_password import RESET_PASSWORD
from tenantry.identity.mail.kinds.verify_email import VERIFY_EMAIL
from tenantry.identity.mail.queue import mails
from tenantry.runtime import moments
from tenantry.runtime.observability import log_failure, logger
from tenantry.runtime.settings import settings

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        PASSWORD_CHANGED,
        RESET_PASSWORD,
        VERIFY_EMAIL,
        CHANGE_EMAIL,
        EMAIL_CHANGED,
        UNVERIFIED_EMAIL_CHANGED,
        EMAIL_CHANGE_UNDONE,
        INVITATION,
        ORGANIZATION_DELETED,
    )
}
RUN_SECONDS: Final = 40  # the next run is due a minute after this one
LEASE: Final = timedelta(minutes=1)  # longer than the function may run
MOST_FAILURES: Final = 3  # in a row, after which SES or the configuration is at fault and not the mail
THROTTLED_SECONDS: Final = 1.0  # SES limits mails per second, and per day


@dataclass(slots=True)
class Outcome:
    """What has become of mails.

    Parameters
    ----------
    sent : int
        SES has them.
    refused : int
        SES will never send them; they are removed.
    expired : int
        They waited until their links would have ended; they are removed.
    needless : int
        There is nobody to send them to; they are removed.
    failed : int
        They wait for a later run.
    """

    sent: int = 0
    refused: int = 0
    expired: int = 0
    needless: int = 0
    failed: int = 0


def age_seconds() -> float:
    """Return for how long the oldest mail has been waiting; 0 if none is."""
    oldest = mails().find_one(sort=[("at", 1)])
    return (moments.now() - oldest["at"]).total_seconds() if oldest else 0.0


def send_waiting() -> Outcome:
    """Send what is waiting, until nothing is left, three in a row are not sent, or time is up.

    Raises
    ------
    pymongo.errors.PyMongoError
        Mails that were not removed are sent by a later run, perhaps again.
    """
    outcome = Outcome()
    give_up_at = time.monotonic() + RUN_SECONDS
    failures = 0
    for mail in _leased():
        try:
            _send(mail, outcome)
            failures = 0
        except ses.Throttled as error:
            logger.warning("Mails are throttled", reason=error.reason)
            failures += 1
            _lease(mail, timedelta())
            time.sleep(THROTTLED_SECONDS)
        except Exception as error:  # one that cannot be written must not stop the others
            log_failure("A mail was not sent", error, mail_id=mail["_id"], kind=mail["kind"])
            outcome.failed += 1
            failures += 1
            _lease(mail, max(LEASE, moments.now() - mail["at"]))  # twice as long each time
        if failures == MOST_FAILURES or time.monotonic() >= give_up_at:
            break
    return outcome


def _leased() -> Iterator[MailDocument]:
    """Lease mails that no other sender has: the oldest of each kind in turns.

    So a thousand sign-ups do not hold up the mail of somebody who has forgotten a password.
    """
    has_more = True
    while has_more:
        has_more = False
        for kind in KINDS:
            if mail := _lease_oldest(kind):
                has_more = True
                yield mail


def _lease_oldest(kind: str) -> MailDocument | None:
    now = moments.now()
    return mails().find_one_and_update(
        {"kind": kind, "leased_until": {"$lte": now}},
        {"$set": {"leased_until": now + LEASE}},
        sort=[("at", 1)],
    )


def _lease(mail: MailDocument, length: timedelta) -> None:
    mails().update_one({"_id": mail["_id"]}, {"$set": {"leased_until": moments.now() + length}})


def _send(mail: MailDocument, outcome: Outcome) -> None:
    """Send or drop a mail, then remove it."""
    if mail["expires_at"] <= moments.now():
        outcome.expired += 1
    elif (letter := KINDS[mail["kind"]].letter(mail)) is None:
        outcome.needless += 1
    else:
        try:
            ses.send(letter.to, _message(mail, letter))
            outcome.sent += 1
        except ses.Refused as error:
            logger.warning("A mail was refused", reason=error.reason, mail_id=mail["_id"], kind=mail["kind"])
            outcome.refused += 1
    mails().delete_one({"_id": mail["_id"]})


def _message(mail: MailDocument, letter: Letter) -> texts.Message:
    app_url = settings().app_url
    url = None
    if letter.text.link:
        token = links.create(mail["_id"], letter.text.link.purpose, letter.claims, mail["expires_at"])
        # In the fragment, which browsers send to no server, in no Referer, and no log has.
        url = f"{app_url.rstrip('/')}/{letter.text.link.page}#token={token}"
    return texts.write(letter.text, letter.values, urlsplit(app_url).netloc, url)
