"""What MongoDB refuses of a backup's content, told apart from a MongoDB that cannot be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bson.errors import BSONError
from pymongo.errors import BulkWriteError, OperationFailure, WriteConcernError

from cli.backups.errors import BackupError, quoted
from tenantry.runtime import server_errors

ABOUT_THE_SERVER: Final = {
    server_errors.UNAUTHORIZED,
    server_errors.AUTHENTICATION_FAILED,
    server_errors.ATLAS_ERROR,
    server_errors.OUT_OF_DISK_SPACE,
}


@contextmanager
def told() -> Iterator[None]:
    """Turn the server's refusal within a `with` block into one of the backup.

    Raises
    ------
    BackupError
        The server has looked at what it was sent and does not take it.
    """
    try:
        yield
    except (OperationFailure, BSONError) as error:
        if _is_about_the_server(error):
            raise
        reason = quoted(_reason(error))
        raise BackupError(f"MongoDB refuses what the backup holds ({reason}); nothing was restored") from None


def _is_about_the_server(error: Exception) -> bool:
    if not isinstance(error, OperationFailure):
        return False
    is_without_cause = isinstance(error, BulkWriteError) and not error.details["writeErrors"]
    return (
        error.timeout
        or isinstance(error, WriteConcernError)
        or is_without_cause
        or error.code in ABOUT_THE_SERVER
    )


def _reason(error: Exception) -> str:
    if isinstance(error, BulkWriteError):
        return str(error.details["writeErrors"][0]["errmsg"])
    return str(error).split(", full error: ")[0]
