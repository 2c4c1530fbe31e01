"""The database commands of each operation in the order in which it sends them: the points where it can fail.

`test_commands` compares this table with what the library sends, so it is never out of date.
"""

from collections.abc import Mapping
from typing import Any, Final

_IN_TRANSACTION: Final = " in transaction"
_ALWAYS_WRITE: Final = {
    "commitTransaction",
    "create",
    "createIndexes",
    "delete",
    "drop",
    "findAndModify",
    "insert",
    "renameCollection",
    "update",
}
_COUNT: Final = "update login_attempts"  # waits for nothing: what the attempt ends with does
_RETRYABLE_WRITES: Final = {"delete", "findAndModify", "insert", "update"}


def _transaction(*commands: str) -> tuple[str, ...]:
    return tuple(f"{command}{_IN_TRANSACTION}" for command in (*commands, "commitTransaction"))


def _fenced(write: str) -> tuple[str, ...]:
    """A tenant's write: the look at the present is taken outside the transaction that it belongs to."""
    look = "find organizations"
    written, commit = _transaction(write)
    return look, written, look, commit


_RECORD: Final = ("insert outbox", "insert audit")
_QUEUE: Final = "insert mails"
_TAKE_LINK: Final = ("delete links", "delete links")
_CLAIM: Final = "insert idempotency_keys"
_COMPLETE: Final = "update idempotency_keys"
_RESERVE: Final = "update clusters"
_LOOK_FOR_HOLD: Final = "find name_holds"
_HOLD: Final = (_LOOK_FOR_HOLD, "update name_holds")
_LOOK_FOR_EMAIL_HOLD: Final = "find email_holds"
_PREPARE: Final = ("find organizations", _LOOK_FOR_HOLD, "find accounts", "find clusters")
_PREPARE_SIGN_UP: Final = (*_PREPARE[:-1], _LOOK_FOR_EMAIL_HOLD, _COUNT, _PREPARE[-1])
_INSERT: Final = ("insert organizations", "create org_beta", "find org_beta")
_TAKE: Final = (_LOOK_FOR_HOLD, *_INSERT, *_RECORD)
_SIGN_UP: Final = (_LOOK_FOR_EMAIL_HOLD, "insert accounts", "insert members", *_TAKE)
_CREATE: Final = ("update accounts", "insert members", "aggregate members", *_TAKE)
_CHANGE_MEMBER: Final = ("update members", "find members", "aggregate members")

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign-up": (*_PREPARE_SIGN_UP, *_transaction(*_SIGN_UP, _QUEUE, _RESERVE)),
    "sign-up-with-key": (_CLAIM, *_PREPARE_SIGN_UP, *_transaction(*_SIGN_UP, _QUEUE, _COMPLETE, _RESERVE)),
    "sign-up-under-taken-name": (
        _CLAIM,
        "find organizations",
        "find organizations",
        "delete idempotency_keys",
    ),
    "create": (*_PREPARE, *_transaction(*_CREATE, _RESERVE)),
    "create-with-key": (_CLAIM, *_PREPARE, *_transaction(*_CREATE, _COMPLETE, _RESERVE)),
    "rename": (
        "find organizations",
        _LOOK_FOR_HOLD,
        "listCollections",
        *_transaction("findAndModify organizations", _LOOK_FOR_HOLD, "find members", *_HOLD),
        "renameCollection org_alpha",
        *_transaction("findAndModify organizations", *_RECORD),
    ),
    "change-metadata": _transaction("findAndModify organizations", *_RECORD),
    "delete": (
        "listCollections",
        "findAndModify organizations",
        "drop org_alpha",
        *_transaction(
            "findAndModify organizations",
            "delete invitations",
            "find members",
            "update accounts",
            "delete members",
            "distinct members",
            "update accounts",
            *_HOLD,
            *_RECORD,
            _RESERVE,
        ),
    ),
    "insert-one": _fenced("insert org_alpha"),
    "insert-one-into-open-collection": _fenced("insert org_alpha")[1:],
    "insert-many": _fenced("insert org_alpha"),
    "insert-with-key": (
        "find organizations",
        "find idempotency_keys",
        "find organizations",
        *_transaction("find idempotency_keys", _COMPLETE)[:-1],
        *_fenced("insert org_alpha")[1:],
    ),
    "update-one": _fenced("update org_alpha"),
    "modify-one": (
        "find organizations",
        "find org_alpha in transaction",
        *_fenced("update org_alpha")[1:],
    ),
    "create-index": (
        *_transaction("findAndModify organizations", _RESERVE),
        "find organizations",
        "listCollections",
        "find organizations",
        "createIndexes org_alpha",
        *_transaction("findAndModify organizations"),
    ),
    "find": ("find organizations", "find org_alpha", "find organizations"),
    "end-session": _transaction("findAndModify sessions", *_RECORD),
    "change-role": _transaction(*_CHANGE_MEMBER, "update members", *_RECORD),
    "remove-member": _transaction(
        *_CHANGE_MEMBER,
        "update accounts",
        "delete members",
        "delete sessions",
        "distinct members",
        "update accounts",
        *_RECORD,
    ),
    "change-password": (
        "find accounts",
        _COUNT,
        _COUNT,
        *_transaction("update accounts", *_RECORD, _QUEUE),
    ),
    "complete-email-change": _transaction(
        "find links",
        "find account_epochs",
        *_TAKE_LINK,
        "find accounts",
        _LOOK_FOR_EMAIL_HOLD,
        "update accounts",
        "update email_holds",
        _QUEUE,
        *_RECORD,
    ),
    "undo-email-change": _transaction(
        "find links",
        *_TAKE_LINK,
        _LOOK_FOR_EMAIL_HOLD,
        "find accounts",
        _LOOK_FOR_EMAIL_HOLD,
        "update accounts",
        _LOOK_FOR_EMAIL_HOLD,
        "delete email_holds",
        "delete links",
        _QUEUE,
        _QUEUE,
        *_RECORD,
    ),
}


def described(command: Mapping[str, Any]) -> str:
    """Return a command as the table has it: its name, its collection, and whether a transaction holds it."""
    name = next(iter(command))
    target = command[name]
    of_collection = f" {target.rpartition('.')[2]}" if isinstance(target, str) else ""
    return f"{name}{of_collection}{_IN_TRANSACTION if 'autocommit' in command else ''}"


def name_of(command: str) -> str:
    return command.partition(" ")[0]


def in_transaction(command: str) -> bool:
    return command.endswith(_IN_TRANSACTION)


def waits_for_majority(command: str) -> bool:
    """Tell whether a command has to: every change outside a transaction but a count, and every commit."""
    is_commit = name_of(command) == "commitTransaction"
    is_change = name_of(command) in _ALWAYS_WRITE and command != _COUNT
    return is_change and (is_commit or not in_transaction(command))


def is_retryable_write(command: str) -> bool:
    return name_of(command) in _RETRYABLE_WRITES and not in_transaction(command)
