"""The ``mongod`` programs of this machine: the user's choice, the bundled ones, and one on the PATH."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from local.deployment import PROJECT
from local.errors import LocalStackError

BUNDLED: Final = "6.0.27"
OLDEST: Final = "6.0.5"  # for the tests that pin how servers differ

_BEFORE_6: Final = (5, 99, 0)
_VERSION: Final = re.compile(rb"db version v(\d+)\.(\d+)\.(\d+)")
_TIMEOUT_SECONDS: Final = 30


def bundled_mongod(version: str = BUNDLED) -> Path:
    """Return where ``make install`` puts a server of this version."""
    return PROJECT / ".local" / "mongod" / version / "mongod"


def mongod_binary() -> Path | None:
    """Return the ``mongod`` that `MONGOD` names or else the bundled one; None if that cannot run here.

    Raises
    ------
    LocalStackError
        When `MONGOD` names something that is no ``mongod`` or cannot run here.
    """
    chosen = os.environ.get("MONGOD")
    if not chosen:
        return bundled_mongod() if version_of(bundled_mongod()) else None
    binary = shutil.which(chosen)
    if not binary or not version_of(Path(binary)):
        raise LocalStackError(f"MONGOD={chosen} is not a mongod that can run on this machine.")
    return Path(binary).absolute()


def newest_mongod() -> Path | None:
    """Return `mongod_binary`, or the ``mongod`` on the PATH if `MONGOD` chooses none and that one is newer.

    Raises
    ------
    LocalStackError
        As `mongod_binary` does.
    """
    binary = mongod_binary()
    on_path = shutil.which("mongod")
    if os.environ.get("MONGOD") or not on_path:
        return binary
    version = version_of(Path(on_path))
    least = (version_of(binary) if binary else None) or _BEFORE_6
    return Path(on_path) if version and version > least else binary


def data_of(binary: Path, state: Path) -> Path:
    """Return the directory of a server's data: each release of MongoDB has one of its own.

    A server opens no data of a later release, and of earlier ones at most those of the one before, see
    https://www.mongodb.com/docs/manual/reference/command/setFeatureCompatibilityVersion/
    """
    version = version_of(binary)
    release = ".".join(map(str, version[:2])) if version else ""
    return state / ("mongodb" if BUNDLED.startswith(f"{release}.") else f"mongodb-{release}")


def version_of(binary: Path) -> tuple[int, int, int] | None:
    """Return the version of a ``mongod``, or None if it cannot run on this machine."""
    try:
        printed = subprocess.run(
            [binary, "--version"], check=True, capture_output=True, timeout=_TIMEOUT_SECONDS
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.match(printed)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
