"""Ids of documents in a pool: `_id` is `{tenant: <organization id>, id: <the document's own id>}`.

Nothing else of a document is changed, so commands and answers are translated only where they name `_id`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bson import Regex

from tenantry.runtime.mongodb import Document

TENANT: Final = "_id.tenant"
OWN_ID: Final = "_id.id"


def stored_id(tenant: str, own_id: Any) -> Any:
    """Return what stands in a pool for a document's own id.

    No document may have an array or a regular expression as its `_id`, nor a name in it that begins with `$`
    but those of a DBRef, but one may have these inside. So they are returned as they are, for the server to
    refuse them as it does elsewhere.
    """
    if isinstance(own_id, list | tuple | Regex | re.Pattern) or _has_reserved_name(own_id):
        return own_id
    return {"tenant": tenant, "id": own_id}


def _has_reserved_name(own_id: Any) -> bool:
    """Tell whether every version of MongoDB refuses an `_id` because of its names that begin with `$`.

    Insertions refuse more, and within the stored id as well:
    https://github.com/mongodb/mongo/blob/v7.0/src/mongo/db/update/storage_validation.cpp
    """
    if not isinstance(own_id, Mapping):
        return False
    names = list(own_id)
    for before, name, following in zip([None, *names], names, [*names[1:], None], strict=False):
        match before, name, own_id[name], following:
            case (_, "$ref", str(), "$id") | ("$ref", "$id", _, _) | ("$id", "$db", str(), _):
                continue
        if name.startswith("$"):
            return True
    return False


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
