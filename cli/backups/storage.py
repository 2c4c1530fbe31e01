"""Where backups are kept: files, and objects in S3."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from cli.backups.errors import StorageFailed

S3_SCHEME = "s3://"


def writing(destination: str) -> AbstractContextManager[BinaryIO]:
    """Open a file or S3 object for a `with` block, at whose end it appears, whole or not at all.

    Parameters
    ----------
    destination : str
        A path, or s3://bucket/key. What stands there is replaced; a file is readable to its owner alone.

    Raises
    ------
    StorageFailed
        It cannot be written; nothing appears, and what stood there before still does.
    """
    if destination.startswith(S3_SCHEME):
        from cli.backups import s3  # noqa: PLC0415 - boto3 takes long to import

        return s3.writing(destination)
    return _writing_file(Path(destination))


def reading(source: str) -> AbstractContextManager[BinaryIO]:
    """Open a file or S3 object, which can be read again from its start, for the length of a `with` block.

    Raises
    ------
    StorageFailed
        It cannot be read, or is not the same S3 object any more.
    """
    if source.startswith(S3_SCHEME):
        from cli.backups import s3  # noqa: PLC0415 - boto3 takes long to import

        return s3.reading(source)
    return _reading_file(Path(source))


@contextmanager
def _writing_file(path: Path) -> Iterator[BinaryIO]:
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "is a directory")
        with _temporary(path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written: {error.strerror or error}") from None


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
def _reading_file(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise StorageFailed(f"{path} cannot be read: {error.strerror or error}") from None
