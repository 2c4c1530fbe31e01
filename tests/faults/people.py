"""The people around Alpha, as the model knows them when a case begins.

Besides its owner, Alpha has two members; it is offered to one of them. They have sessions, and links whose
tokens everybody here knows.
"""

import base64
import hashlib
from collections import Counter
from typing import Final

from tenantry.errors import InvalidToken
from tenantry.identity import sessions
from tenantry.identity.links import Purpose
from tenantry.identity.logins.refresh_tokens import RefreshToken
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity
from tests.faults.model import Account, Organization, State
from tests.support.databases import Document
from tests.support.owners import PASSWORD, email_of

OWNER: Final = email_of("Alpha")
COLLEAGUE: Final = "colleague@example.com"  # an editor, whose address is verified
NEWCOMER: Final = "newcomer@example.com"  # a viewer, whose address is not
CHANGED_PASSWORD: Final = "another horse battery staple"
GUEST: Final = "guest@example.com"  # an account in no organization, which is invited to Alpha
INVITED: Final = "invited@example.com"  # who has no account, and is invited to Alpha
SESSION: Final = "ses_another"  # of Alpha's owner, in no organization
EARLIER: Final = "earlier@example.com"  # the colleague's address before, which is held
LATER: Final = "later@example.com"  # that the colleague wants
IN_ALPHA: Final = "ses_in_alpha"  # of the colleague, who has another session in no organization
IN_NONE: Final = "ses_in_none"
OF_NEWCOMER: Final = "ses_newcomer"
OF_GUEST: Final = "ses_guest"
ACCOUNTS: Final = {COLLEAGUE: "acct_colleague", NEWCOMER: "acct_newcomer", GUEST: "acct_guest"}
MEMBERS: Final = {COLLEAGUE: "mem_colleague", NEWCOMER: "mem_newcomer"}
REFRESH_TOKEN: Final = RefreshToken(b"f" * 24, b"s" * 24)  # of the owner's session
SESSIONS: Final = {  # whose they are, and whether they are in Alpha
    SESSION: (OWNER, False),
    IN_ALPHA: (COLLEAGUE, True),
    IN_NONE: (COLLEAGUE, False),
    OF_NEWCOMER: (NEWCOMER, False),
    OF_GUEST: (GUEST, False),
}
EPOCHS: Final = {COLLEAGUE: 1, NEWCOMER: 0, GUEST: 0}
INVITATIONS: Final = {GUEST: "inv_guest", INVITED: "inv_invited"}
ROLES: Final = {COLLEAGUE: "editor", NEWCOMER: "viewer"}
LINKS: Final[dict[Purpose, str]] = {
    "verify-email": NEWCOMER,
    "reset-password": COLLEAGUE,
    "change-email": COLLEAGUE,
    "undo-email-change": "",  # which no change of the colleague's epoch ends
}
CLAIMS: Final[dict[Purpose, Document]] = {
    "verify-email": {"account_id": ACCOUNTS[NEWCOMER], "auth_epoch": EPOCHS[NEWCOMER]},
    "reset-password": {"account_id": ACCOUNTS[COLLEAGUE], "auth_epoch": EPOCHS[COLLEAGUE]},
    "change-email": {
        "account_id": ACCOUNTS[COLLEAGUE],
        "auth_epoch": EPOCHS[COLLEAGUE],
        "address": LATER,
    },
    "undo-email-change": {"account_id": ACCOUNTS[COLLEAGUE], "email": EARLIER},
}


WAITING: Final = (("reset-password", COLLEAGUE), ("invitation", GUEST))  # mails, by kind and address


def token_of(purpose: str) -> str:
    """Return the token of the one link of this purpose, or to this invitation."""
    return base64.urlsafe_b64encode(_octets_of(purpose)).decode().rstrip("=")


def _octets_of(purpose: str) -> bytes:
    return hashlib.sha256(purpose.encode()).digest()


def digest_of(purpose: str) -> bytes:
    """Return what is stored of its token."""
    return hashlib.sha256(_octets_of(purpose)).digest()


def model() -> State:
    """Return the state in which a case begins."""
    accounts = {
        OWNER: Account(OWNER, PASSWORD, 0, is_verified=True),
        COLLEAGUE: Account(COLLEAGUE, PASSWORD, EPOCHS[COLLEAGUE], is_verified=True),
        NEWCOMER: Account(NEWCOMER, PASSWORD, EPOCHS[NEWCOMER]),
        GUEST: Account(GUEST, PASSWORD, EPOCHS[GUEST]),
    }
    roles = {OWNER: "owner", **ROLES}
    alpha = Organization("alpha", "Alpha", {}, roles, {"kept": {"_id": "kept", "count": 0}}, COLLEAGUE)
    alpha.invitations = dict.fromkeys(INVITATIONS, "pending")
    holds = {EARLIER: COLLEAGUE}
    links = {str(purpose): person for purpose, person in LINKS.items()} | dict.fromkeys(INVITATIONS, "")
    sessions, mails = dict(SESSIONS), Counter(WAITING)
    return State({"alpha": alpha}, accounts, sessions=sessions, links=links, address_holds=holds, mails=mails)


def authenticated(session_id: str) -> Identity:
    """Return whom a session speaks for, as the request of its token finds out.

    Raises
    ------
    InvalidToken
        The session gives access to nothing.
    """
    person, _ = SESSIONS[session_id]
    identity = sessions.identity(session_id, ACCOUNTS[person])
    if identity is None or identity.auth_epoch != EPOCHS[person]:
        raise InvalidToken
    return identity


def colleague_in_alpha() -> Membership:
    """Authenticate the colleague's request that is about Alpha."""
    membership = authenticated(IN_ALPHA).membership
    assert membership is not None
    return membership
