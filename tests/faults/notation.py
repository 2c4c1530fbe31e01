"""How commands are written down, and what follows from their names."""

import re
from collections.abc import Mapping
from typing import Any, Final

_IN_TRANSACTION: Final = " in transaction"
# In the names of collections that are set aside, or created on trial.
_RANDOM: Final = re.compile(r"(?<=^deleted_)[0-9a-f]{32}$|(?<=^trial_).*$")
_ALWAYS_WRITE: Final = {
    "commitTransaction",
    "create",
    "createIndexes",
    "delete",
    "drop",
    "dropIndexes",
    "findAndModify",
    "insert",
    "renameCollection",
    "update",
}
COUNT: Final = "update login_attempts"  # waits for nothing: what the attempt ends with does
MAIL: Final = "insert mails"
RECORD: Final = ("insert outbox", "insert audit")
_RETRYABLE_WRITES: Final = {"delete", "findAndModify", "insert", "update"}


def transaction(*commands: str) -> tuple[str, ...]:
    """Return the commands of a transaction."""
    return tuple(f"{command}{_IN_TRANSACTION}" for command in (*commands, "commitTransaction"))


def described(command: Mapping[str, Any]) -> str:
    """Return a command as the table has it: its name, its collection, and whether a transaction holds it."""
    name = next(iter(command))
    target = command[name]
    of_collection = f" {_RANDOM.sub('', target.rpartition('.')[2])}" if isinstance(target, str) else ""
    return f"{name}{of_collection}{_IN_TRANSACTION if 'autocommit' in command else ''}"


def name_of(command: str) -> str:
    return command.partition(" ")[0]


def in_transaction(command: str) -> bool:
    return command.endswith(_IN_TRANSACTION)


def waits_for_majority(command: str) -> bool:
    """Tell whether a command has to: every change outside a transaction but a count, and every commit."""
    is_commit = name_of(command) == "commitTransaction"
    is_change = name_of(command) in _ALWAYS_WRITE and command != COUNT
    return is_change and (is_commit or not in_transaction(command))


def is_retryable_write(command: str) -> bool:
    return name_of(command) in _RETRYABLE_WRITES and not in_transaction(command)
