"""What an examination of the service finds, one line for each thing that it has looked at."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, NamedTuple

from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from tenantry.errors import TenantryError
from tenantry.runtime import server_errors

Level = Literal["ok", "warning", "failed"]
FORBIDDEN: Final = (
    "run `tenantry setup-database`, or on Atlas `tenantry atlas-roles`, and use a user with its roles"
)


class Finding(NamedTuple):
    """What was found.

    Parameters
    ----------
    check : str
        What was looked at, and on which cluster.
    level : {"ok", "warning", "failed"}
        ``failed`` is in the way of requests or endangers data; a ``warning`` may become so.
    found : str
        What there is.
    advice : str
        What to do next; empty where all is well.
    """

    check: str
    level: Level
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    """Return that all is well."""
    return Finding(check, "ok", found)


def warning(check: str, found: str, advice: str) -> Finding:
    """Return that something deserves a look."""
    return Finding(check, "warning", found, advice)


def failed(check: str, found: str, advice: str) -> Finding:
    """Return that something is wrong."""
    return Finding(check, "failed", found, advice)


def judged(check: str, found: str, advice: str, *, is_well: bool, otherwise: Level = "warning") -> Finding:
    """Return that all is well, or else what to do."""
    return ok(check, found) if is_well else Finding(check, otherwise, found, advice)


def guarded(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds, and an error as a finding of the check."""
    try:
        yield from look()
    except (PyMongoError, TenantryError) as error:
        yield of_error(check, error)


def of_error(check: str, error: Exception) -> Finding:
    """Return that something could not be looked at, and why; no text of it holds a password."""
    if isinstance(error, OperationFailure) and error.code == server_errors.UNAUTHORIZED:
        return warning(check, "this user may not look at it", FORBIDDEN)
    return failed(check, reason_of(error), "see `tenantry doctor`, checks `connection`, and the server's log")


def reason_of(error: Exception) -> str:
    """Return why the server cannot be used, in one line.

    A text that pymongo could not parse may have its password anywhere, so nothing of it is told.
    """
    if isinstance(error, TenantryError):
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    match error:
        case OperationFailure():
            return f"the server refuses: {(error.details or {}).get('codeName') or error.code}"
        case ServerSelectionTimeoutError():
            return f"no server can be used: {str(error).split(',')[0].split(' (configured')[0]}"
        case ConnectionFailure():
            return f"the connection fails: {type(error).__name__}"
        case ConfigurationError() | ValueError():
            return "the connection string is malformed, or DNS does not know its cluster"
        case _:
            return type(error).__name__
