"""Where the servers of tests keep their data."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a directory of its own is made there
ROOMY_BYTES: Final = 4 * 1024**3


def data_directory() -> tempfile.TemporaryDirectory[str]:
    """Make a directory, in memory if there is room: on a disk, tests spend half of their time syncing it.

    Files in memory survive the kill of a process as well.
    """
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOMY_BYTES
    return tempfile.TemporaryDirectory(dir=MEMORY if is_roomy else None, prefix="tenantry-")
