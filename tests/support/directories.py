"""Where the servers of tests keep their data."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a directory of its own is made there
ROOMY_BYTES: Final = 4 * 1024**3


def data_directory() -> tempfile.TemporaryDirectory[str]:
    """Make a directory, in memory where that is roomy; half of the tests' time is spent on syncing a disk.

    What is in memory survives the kill of a process as well.
    """
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOMY_BYTES
    return tempfile.TemporaryDirectory(dir=MEMORY if is_roomy else None, prefix="tenantry-")
