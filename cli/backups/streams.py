"""Places that a backup passes through, byte by byte: standard output and input, pipes and devices."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

STANDARD_OUTPUT: Final = frozenset({"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
STANDARD_INPUT: Final = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


class ReadableTwice(Protocol):
    """A file that can be read again from its start."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, fewer than asked for only at the end."""

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to the start, or to the end as far as that is known; return the position."""


def is_passage(path: Path) -> bool:
    """Tell whether a path leads, through links or not, to a pipe or a device such as a tape or /dev/null."""
    try:
        return _is_passage(path.stat().st_mode)
    except OSError:
        return False


def _is_passage(mode: int) -> bool:
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


@contextmanager
def writing(name: str) -> Iterator[BinaryIO]:
    """Open a passage or standard output; what is written has gone, whatever comes after it.

    Raises
    ------
    OSError
        It cannot be written, or is a terminal.
    """
    with _opened(name) as file:
        if not _is_passage(os.fstat(file.fileno()).st_mode) and name not in STANDARD_OUTPUT:
            raise OSError(0, "is not what it was a moment ago")
        if file.isatty():
            raise OSError(0, "is a terminal")
        yield file


def _opened(name: str) -> BinaryIO:
    if name in STANDARD_OUTPUT:
        sys.stdout.flush()
        return open(sys.stdout.fileno(), "wb", closefd=False)
    return os.fdopen(os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC), "wb")


@contextmanager
def reading(name: str) -> Iterator[ReadableTwice]:
    """Open a file, a passage or standard input.

    Raises
    ------
    OSError
        It cannot be read, or is a terminal.
    """
    is_standard = name in STANDARD_INPUT
    with open(sys.stdin.fileno() if is_standard else name, "rb", closefd=not is_standard) as file:
        if file.isatty():
            raise OSError(0, "is a terminal")
        if file.seekable():
            yield file
        else:
            with tempfile.TemporaryFile() as copy:
                yield _Copying(file, copy)


class _Copying:
    """A file that can be read once, copied into another while it is, to be read from there again.

    Parameters
    ----------
    file : BinaryIO
        What can be read once.
    copy : BinaryIO
        An empty file.
    """

    def __init__(self, file: BinaryIO, copy: BinaryIO) -> None:
        self._file = file
        self._copy = copy
        self._is_copied = False

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        if self._is_copied:
            return self._copy.read(size)
        data = self._file.read(size)
        self._copy.write(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go on in the copy, once there is one."""
        self._is_copied = self._copy.tell() > 0
        return self._copy.seek(offset, whence)
