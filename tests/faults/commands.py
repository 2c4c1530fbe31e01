"""The database commands of each operation in the order in which it sends them: the points where it can fail.

`test_commands` compares this table with what the library sends, so it is never out of date.
"""

from collections.abc import Mapping
from typing import Final

from tests.faults.deletion_commands import HOLD, LEAVE, LOOK_FOR_HOLD, OF_DELETIONS, OF_FORMER_SLUGS, RESERVE
from tests.faults.notation import COUNT, MAIL, RECORD, transaction
from tests.faults.people_commands import OF_PEOPLE
from tests.faults.rollout_commands import OF_ROLL_OUTS


def _fenced(write: str) -> tuple[str, ...]:
    """A tenant's write: the look at the present is taken outside the transaction that it belongs to."""
    look = "find organizations"
    written, commit = transaction(write)
    return look, written, look, commit


_CLAIM: Final = "insert idempotency_keys"
_COMPLETE: Final = "update idempotency_keys"
_LOOK_FOR_EMAIL_HOLD: Final = "find email_holds"
_PREPARE: Final = ("find organizations", LOOK_FOR_HOLD, "find accounts", "find rollouts", "find clusters")
_PREPARE_SIGN_UP: Final = (*_PREPARE[:-2], _LOOK_FOR_EMAIL_HOLD, COUNT, *_PREPARE[-2:])
_INSERT: Final = ("insert organizations", "create org_beta", "find org_beta")
_TAKE: Final = (LOOK_FOR_HOLD, *_INSERT, *RECORD)
_SIGN_UP: Final = (_LOOK_FOR_EMAIL_HOLD, "insert accounts", "insert members", *_TAKE, MAIL)
_CREATE: Final = ("update accounts", "insert members", "aggregate members", *_TAKE)

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign-up": (*_PREPARE_SIGN_UP, *transaction(*_SIGN_UP, RESERVE)),
    "sign-up-with-key": (_CLAIM, *_PREPARE_SIGN_UP, *transaction(*_SIGN_UP, _COMPLETE, RESERVE)),
    "sign-up-under-taken-name": (
        _CLAIM,
        "find organizations",
        "find organizations",
        "delete idempotency_keys",
    ),
    "create": (*_PREPARE, *transaction(*_CREATE, RESERVE)),
    "create-with-key": (_CLAIM, *_PREPARE, *transaction(*_CREATE, _COMPLETE, RESERVE)),
    "rename": (
        "find organizations",
        LOOK_FOR_HOLD,
        "listCollections",
        *transaction("findAndModify organizations", LOOK_FOR_HOLD, "find members", *HOLD),
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
            *LEAVE,
            "insert receipts",
            *RECORD,
            RESERVE,
        ),
    ),
    **OF_DELETIONS,
    **OF_FORMER_SLUGS,
    **OF_ROLL_OUTS,
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
        *transaction("findAndModify organizations", RESERVE),
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
