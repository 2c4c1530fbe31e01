"""Why a backup or a restore does not come about; each message fits on one line and says what to do next."""

from typing import Final

from pydantic import ValidationError

MAX_CHARACTERS: Final = 300  # of what is repeated


class BackupError(Exception):
    """The backup or restore was refused or has failed, and has left nothing behind but what it says."""


class DamagedBackup(BackupError):
    """The source is not, or not any more, what `tenantry backup` wrote; nothing was changed."""


class StorageFailed(Exception):
    """The file or the S3 object cannot be read or written."""


def reason(error: ValidationError) -> str:
    """Return what is wrong first, and where, of what has not passed a schema."""
    first = error.errors(include_url=False, include_input=False)[0]
    return quoted(f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}")


def quoted(text: str) -> str:
    """Return text that may repeat what an archive holds, so that it fits on a line and steers no terminal."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:MAX_CHARACTERS]
