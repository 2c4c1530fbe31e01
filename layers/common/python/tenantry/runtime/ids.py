"""Ids of documents, drawn from the operating system's randomness."""

import secrets
import time
from collections.abc import Iterable, MutableMapping
from typing import Any

from bson import ObjectId


def random_id(prefix: str) -> str:
    """Make an opaque id of 128 random bits; drawn per call, so a restored snapshot repeats none."""
    return f"{prefix}_{secrets.token_hex(16)}"


def random_object_id() -> ObjectId:
    """Make the id of a document; unlike pymongo's own, a restored snapshot repeats none."""
    return ObjectId(int(time.time()).to_bytes(4) + secrets.token_bytes(8))


def give_ids(documents: Iterable[Any]) -> None:
    """Give each document that has no `_id` one, as pymongo does, but of `random_object_id`."""
    for document in documents:
        if isinstance(document, MutableMapping):
            document.setdefault("_id", random_object_id())
