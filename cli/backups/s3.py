"""Backups in Amazon S3, with the credentials and the region that boto3 finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import boto3
import smart_open
from botocore.exceptions import BotoCoreError, ClientError

from cli.backups.errors import StorageFailed

PART_BYTES: Final = 32 * 1024 * 1024  # kept in memory; an upload has 10,000 parts at most, so 312 GiB


@contextmanager
def writing(url: str) -> Iterator[BinaryIO]:
    """Upload an object in parts; if the `with` block fails, the upload is aborted and no object appears."""
    try:
        with _opened(url, "wb", {"min_part_size": PART_BYTES}) as file:
            yield file
    except (OSError, BotoCoreError, ClientError) as error:
        raise StorageFailed(f"{url} cannot be written: {_one_line(error)}") from None


@contextmanager
def reading(url: str) -> Iterator[BinaryIO]:
    """Download an object; every request names its ETag, so that all of them meet the same object."""
    try:
        bucket, _, key = url.removeprefix("s3://").partition("/")
        etag = boto3.client("s3").head_object(Bucket=bucket, Key=key)["ETag"]
        with _opened(url, "rb", {"client_kwargs": {"S3.Client.get_object": {"IfMatch": etag}}}) as file:
            yield file
    except (OSError, BotoCoreError, ClientError) as error:
        raise StorageFailed(f"{url} cannot be read: {_one_line(error)}") from None


def _opened(url: str, mode: str, transport: dict[str, Any]) -> Any:
    try:
        return smart_open.open(url, mode, compression="disable", transport_params=transport)
    except ValueError as error:  # which smart_open makes of a bucket that is not there
        raise OSError(str(error)) from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
