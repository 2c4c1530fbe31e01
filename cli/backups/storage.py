"""Where backups are kept: files, and objects in S3; or what passes them on."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from cli.backups import streams
from cli.backups.errors import BackupError, StorageFailed
from cli.backups.streams import STANDARD_INPUT, STANDARD_OUTPUT, ReadableTwice

S3_SCHEME: Final = "s3://"
KINDS: Final = {
    stat.S_IFLNK: "is a symbolic link; name what it leads to",
    stat.S_IFDIR: "is a directory",
    stat.S_IFSOCK: "is a socket",
    stat.S_IFBLK: "is a block device, where an archive has no end",
}


class Destination:
    """Where a backup is to go.

    Parameters
    ----------
    name : str
        A path, s3://bucket/key, or - for standard output.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_begun = False

    def writing(self) -> AbstractContextManager[BinaryIO]:
        """Open it for a `with` block.

        At its end a file or an S3 object appears, whole or not at all, instead of what stood there; a file is
        readable to its owner alone. A pipe, a device and standard output pass on what is written, once.

        Raises
        ------
        StorageFailed
            It cannot be written; nothing appears, and what stood there before still does.
        BackupError
            A part has been passed on before.
        """
        if self._name.startswith(S3_SCHEME):
            from cli.backups import s3  # noqa: PLC0415 - boto3 takes long to import

            return s3.writing(self._name)
        if not is_standard_output(self._name) and not streams.is_passage(Path(self._name)):
            return _writing_file(Path(self._name))
        if self._is_begun:
            raise BackupError(
                "The organization was renamed while it was backed up, and what has been passed on is no "
                "backup; try again"
            )
        self._is_begun = True
        return _passing_on(self._name)


def is_standard_output(name: str) -> bool:
    """Tell whether a backup goes where results are printed otherwise."""
    return name in STANDARD_OUTPUT


def name_of(source: str) -> str:
    """Return what an operator calls a source."""
    return "standard input" if source in STANDARD_INPUT else source


def reading(source: str) -> AbstractContextManager[ReadableTwice]:
    """Open a file, an S3 object or standard input (-), to be read twice, for the length of a `with` block.

    What can be read only once is copied into a nameless temporary file while it is.

    Raises
    ------
    StorageFailed
        It cannot be read, or is not the same S3 object any more.
    """
    if source.startswith(S3_SCHEME):
        from cli.backups import s3  # noqa: PLC0415 - boto3 takes long to import

        return s3.reading(source)
    return _reading(source)


@contextmanager
def _passing_on(name: str) -> Iterator[BinaryIO]:
    called = "standard output" if is_standard_output(name) else name
    try:
        with streams.writing(name) as file:
            yield file
    except OSError as error:
        raise StorageFailed(f"{called} cannot be written: {error.strerror or error}") from None


@contextmanager
def _writing_file(path: Path) -> Iterator[BinaryIO]:
    try:
        _check_replaceable(path)
        with _temporary(path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _check_replaceable(path)
            Path(file.name).replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written: {error.strerror or error}") from None


def _check_replaceable(path: Path) -> None:
    """Refuse whatever is there and is no regular file."""
    with suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            raise OSError(0, KINDS.get(stat.S_IFMT(mode), "is not a regular file"))


@contextmanager
def _temporary(path: Path) -> Iterator[Any]:
    """Open a file beside another, which is gone after the `with` block unless it has got another name."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            yield file
        finally:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _reading(source: str) -> Iterator[ReadableTwice]:
    try:
        with streams.reading(source) as file:
            yield file
    except OSError as error:
        raise StorageFailed(f"{name_of(source)} cannot be read: {error.strerror or error}") from None
