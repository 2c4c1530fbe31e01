"""The database commands of the operations on people, as `commands` has those of all."""

from collections.abc import Mapping
from typing import Final

from tests.faults.notation import COUNT, MAIL, RECORD, transaction

_AUTHENTICATE: Final = "aggregate account_epochs"
_CHANGE: Final = ("update members", "find members", "aggregate members")
_REMOVE: Final = (
    *_CHANGE,
    "update accounts",
    "delete members",
    "delete sessions",
    "distinct members",
    "update accounts",
    *RECORD,
)
_FIND_LINK: Final = ("find links", "find account_epochs")
_TAKE_UNBOUND_LINK: Final = ("find links", "delete links", "delete links")
_LOOK_FOR_ADDRESS_HOLD: Final = "find email_holds"
_TAKE_LINK: Final = (*_FIND_LINK, "delete links", "delete links")
_LOOK_AT_OFFER: Final = ("find invitations", "find organizations", "find members")
_LEASE_MAIL: Final = "findAndModify mails"  # of each kind in turn, the oldest
_SEND: Final = ("insert links", "delete mails")
_JOIN: Final = (
    "update invitations",
    "update members",
    "update accounts",
    "find members",
    "aggregate organizations",
    "insert members",
    *RECORD,
    *RECORD,
    "find accounts",
)

OF_PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "change-role": transaction(*_CHANGE, "update members", *RECORD),
    "remove-member": transaction(*_REMOVE),
    "leave": (_AUTHENTICATE, *transaction(*_REMOVE)),
    "offer-ownership": transaction(*_CHANGE, "update members", *RECORD),
    "withdraw-ownership": transaction(*_CHANGE, "update members", *RECORD),
    "decline-ownership": (_AUTHENTICATE, *transaction(*_CHANGE, "update members", *RECORD)),
    "accept-ownership": (
        _AUTHENTICATE,
        *transaction(
            "update members",
            "aggregate members",
            "update accounts",
            "update members",
            "update members",
            "aggregate members",
            *RECORD,
        ),
    ),
    "ask-for-verification": (_AUTHENTICATE, "find accounts", COUNT, *transaction(MAIL)),
    "verify-address": (
        _AUTHENTICATE,
        *transaction(*_TAKE_LINK, "find accounts", "update accounts", *RECORD),
    ),
    "ask-for-reset": (COUNT, *transaction(MAIL)),
    "reset-password": (
        *_FIND_LINK,
        "find accounts",
        "aggregate account_epochs",
        COUNT,
        *transaction(*_TAKE_LINK, "findAndModify accounts", *RECORD, "update accounts", MAIL),
    ),
    "ask-for-email-change": (_AUTHENTICATE, "find accounts", *[COUNT] * 4, *transaction(MAIL)),
    "change-email": (
        _AUTHENTICATE,
        *_FIND_LINK,
        "find accounts",
        *transaction(
            *_TAKE_LINK,
            "find accounts",
            _LOOK_FOR_ADDRESS_HOLD,
            "update accounts",
            _LOOK_FOR_ADDRESS_HOLD,
            "update email_holds",
            MAIL,
            *RECORD,
        ),
    ),
    "undo-email-change": transaction(
        *_TAKE_UNBOUND_LINK,
        _LOOK_FOR_ADDRESS_HOLD,
        "find accounts",
        _LOOK_FOR_ADDRESS_HOLD,
        "update accounts",
        "find email_holds",
        "delete email_holds",
        "delete links",
        MAIL,
        MAIL,
        *RECORD,
    ),
    "confirm-login": (
        _AUTHENTICATE,
        "find accounts",
        COUNT,
        COUNT,
        *transaction("findAndModify sessions", *RECORD),
        _AUTHENTICATE,
    ),
    "switch": (
        "find sessions",
        _AUTHENTICATE,
        "find accounts",
        *transaction(
            "find sessions",
            "update accounts",
            "aggregate account_epochs",
            "findAndModify sessions",
            *RECORD,
        ),
        _AUTHENTICATE,
    ),
    "delete-account": (
        _AUTHENTICATE,
        *transaction(
            "delete accounts",
            "delete sessions",
            "delete links",
            "delete email_holds",
            "find members",
            "find members",
            "update members",
            "delete members",
            "distinct members",
            "find organizations",
            *RECORD,
        ),
        "delete sessions",
    ),
    "invite": (
        "find accounts",
        COUNT,
        COUNT,
        *transaction(
            "update members",
            "find accounts",
            "find members",
            "find invitations",
            "aggregate organizations",
            MAIL,
            "insert invitations",
            *RECORD,
        ),
    ),
    "resend-invitation": (
        "find invitations",
        "find accounts",
        COUNT,
        COUNT,
        *transaction(MAIL, "findAndModify invitations", *RECORD),
    ),
    "revoke-invitation": transaction("findAndModify invitations", *RECORD),
    "accept-invitation": (
        _AUTHENTICATE,
        "find links",
        *transaction(*_LOOK_AT_OFFER, "find accounts", "update accounts", *RECORD, *_JOIN),
    ),
    "accept-by-sign-up": (
        "find links",
        *_LOOK_AT_OFFER,
        "find accounts",
        COUNT,
        *transaction(
            *_LOOK_AT_OFFER,
            "find accounts",
            _LOOK_FOR_ADDRESS_HOLD,
            "insert accounts",
            "update accounts",
            *RECORD,
            *_JOIN,
        ),
    ),
    "send-mail": (
        *[_LEASE_MAIL] * 2,
        "find account_addresses",
        *_SEND,
        *[_LEASE_MAIL] * 6,
        "find invitations",
        *_SEND,
        *[_LEASE_MAIL] * 10,
    ),
}
