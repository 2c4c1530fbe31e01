"""Ids of documents in a pool: `_id` is `{tenant: <organization id>, id: <the document's own id>}`.

Nothing else of a document is changed, so commands and answers are translated only where they name `_id`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import bson
from bson import Regex

from tenantry.runtime.mongodb import Document

TENANT: Final = "_id.tenant"
OWN_ID: Final = "_id.id"


def stored_id(tenant: str, own_id: Any) -> Any:
    """Return what stands in a pool for a document's own id.

    No document may have an array or a regular expression as its `_id`, but one may have it inside. So these
    are returned as they are, for the server to refuse them as it does elsewhere. What it refuses at the top
    only, `tenantry.storage.allowed.document_ids` refuses.
    """
    if isinstance(own_id, list | tuple | Regex | re.Pattern):
        return own_id
    return {"tenant": tenant, "id": own_id}


def added_bytes(tenant: str) -> int:
    """Return how many bytes more a document has in a pool, whatever its own id."""
    return len(bson.encode({"_id": stored_id(tenant, None)})) - len(bson.encode({"_id": None}))


def stored(tenant: str, document: Mapping[str, Any]) -> Document:
    """Return a tenant's document as it stands in a pool."""
    return {**document, "_id": stored_id(tenant, document["_id"])}


def own(document: Document) -> Document:
    """Return a document that was found in a pool, with its own id or the part of it that was asked for."""
    if "_id" in document:
        if "id" in document["_id"]:
            document["_id"] = document["_id"]["id"]
        else:
            del document["_id"]
    return document


def stored_path(path: str) -> str:
    """Return where a field of the tenant's document stands in a pool."""
    return OWN_ID + path.removeprefix("_id") if is_of_id(path) else path


def own_path(path: str) -> str:
    """Return which field of the tenant's document stands at a path in a pool."""
    return "_id" + path.removeprefix(OWN_ID) if f"{path}.".startswith(f"{OWN_ID}.") else path


def is_of_id(path: str) -> bool:
    """Tell whether a path leads to `_id` or into it."""
    return f"{path}.".startswith("_id.")
