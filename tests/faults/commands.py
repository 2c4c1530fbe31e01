"""The database commands of each operation in the order in which it sends them: the points where it can fail.

`test_commands` compares this table with what the library sends, so it is never out of date.
"""

from collections.abc import Mapping
from typing import Final

from tests.faults.notation import COUNT, MAIL, RECORD, transaction
from tests.faults.people_commands import OF_PEOPLE


def _fenced(write: str) -> tuple[str, ...]:
    """A tenant's write: the look at the present is taken outside the transaction that it belongs to."""
    look = "find organizations"
    written, commit = transaction(write)
    return look, written, look, commit


_CLAIM: Final = "insert idempotency_keys"
_COMPLETE: Final = "update idempotency_keys"
_RESERVE: Final = "update clusters"
_LOOK_FOR_HOLD: Final = "find name_holds"
_HOLD: Final = (_LOOK_FOR_HOLD, "update name_holds")
_LOOK_FOR_EMAIL_HOLD: Final = "find email_holds"
_PREPARE: Final = ("find organizations", _LOOK_FOR_HOLD, "find accounts", "find rollouts", "find clusters")
_PREPARE_SIGN_UP: Final = (*_PREPARE[:-2], _LOOK_FOR_EMAIL_HOLD, COUNT, *_PREPARE[-2:])
_INSERT: Final = ("insert organizations", "create org_beta", "find org_beta")
_TAKE: Final = (_LOOK_FOR_HOLD, *_INSERT, *RECORD)
_SIGN_UP: Final = (_LOOK_FOR_EMAIL_HOLD, "insert accounts", "insert members", *_TAKE, MAIL)
_CREATE: Final = ("update accounts", "insert members", "aggregate members", *_TAKE)

_LEAVE: Final = (
    "findAndModify organizations",
    "delete invitations",
    "delete api_keys",
    "find members",
    "update accounts",
    "delete members",
    "distinct members",
    "update accounts",
    *_HOLD,
    *RECORD,
)

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign-up": (*_PREPARE_SIGN_UP, *transaction(*_SIGN_UP, _RESERVE)),
    "sign-up-with-key": (_CLAIM, *_PREPARE_SIGN_UP, *transaction(*_SIGN_UP, _COMPLETE, _RESERVE)),
    "sign-up-under-taken-name": (
        _CLAIM,
        "find organizations",
        "find organizations",
        "delete idempotency_keys",
    ),
    "create": (*_PREPARE, *transaction(*_CREATE, _RESERVE)),
    "create-with-key": (_CLAIM, *_PREPARE, *transaction(*_CREATE, _COMPLETE, _RESERVE)),
    "rename": (
        "find organizations",
        _LOOK_FOR_HOLD,
        "listCollections",
        *transaction("findAndModify organizations", _LOOK_FOR_HOLD, "find members", *_HOLD),
        "renameCollection org_alpha",
        *transaction("findAndModify organizations", *RECORD),
    ),
    "change-metadata": transaction("findAndModify organizations", *RECORD),
    "delete": (
        "listCollections",
        "findAndModify organizations",
        "collMod org_alpha",
        "collStats org_alpha",
        "update organizations",
        "drop org_alpha",
        *transaction(
            *_LEAVE,
            "insert receipts",
            *RECORD,
            _RESERVE,
        ),
    ),
    "delete-and-keep": (
        "aggregate deletions",
        "listCollections",
        "findAndModify organizations",
        "renameCollection org_alpha",
        *transaction(*_LEAVE, "insert deletions", "find account_addresses", MAIL),
    ),
    "undo": (
        *["find deletions"] * 2,
        "find organizations",
        _LOOK_FOR_HOLD,
        "listCollections",
        "delete sessions",
        *transaction(
            "delete deletions",
            "update accounts",
            "find account_epochs",
            _LOOK_FOR_HOLD,
            "insert organizations",
            "find rollouts",
            "insert members",
            "delete links",
            *RECORD,
        ),
        "findAndModify organizations",
        "renameCollection deleted_",
        *transaction("findAndModify organizations"),
    ),
    "purge": (
        *["find deletions"] * 2,
        "findAndModify deletions",
        "collStats deleted_",
        "update deletions",
        "drop deleted_",
        *transaction("findAndModify deletions", "delete links", "insert receipts", *RECORD, _RESERVE),
    ),
    "insert-one": _fenced("insert org_alpha"),
    "insert-one-into-open-collection": _fenced("insert org_alpha")[1:],
    "insert-many": _fenced("insert org_alpha"),
    "insert-with-key": (
        "find organizations",
        "find idempotency_keys",
        "find organizations",
        *transaction("find idempotency_keys", _COMPLETE)[:-1],
        *_fenced("insert org_alpha")[1:],
    ),
    "update-one": _fenced("update org_alpha"),
    "modify-one": (
        "find organizations",
        "find org_alpha in transaction",
        *_fenced("update org_alpha")[1:],
    ),
    "create-index": (
        *transaction("findAndModify organizations", _RESERVE),
        "find organizations",
        "listCollections",
        "find organizations",
        "createIndexes org_alpha",
        *transaction("findAndModify organizations"),
    ),
    "find": ("find organizations", "find org_alpha", "find organizations"),
    "end-session": transaction("findAndModify sessions", *RECORD),
    "change-password": (
        "find accounts",
        COUNT,
        COUNT,
        "aggregate account_epochs",
        *transaction("update accounts", *RECORD, MAIL),
    ),
    **OF_PEOPLE,
}
