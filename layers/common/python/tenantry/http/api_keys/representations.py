"""What clients see of API keys, as `tenantry.http.api_keys.answers` describes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tenantry.identity.api_keys import uses
from tenantry.identity.api_keys.document import ApiKeyDocument, SecretDocument, has_expired
from tenantry.identity.api_keys.managing import Shown
from tenantry.runtime.moments import rfc3339


def list_of(keys: Sequence[ApiKeyDocument]) -> dict[str, Any]:
    """Return the representation of keys, whose last uses are read."""
    used = uses.find(secret["id"] for key in keys for secret in key["secrets"])
    return {"keys": [_key_of(key, used) for key in keys]}


def key_of(key: ApiKeyDocument) -> dict[str, Any]:
    """Return the representation of a key, whose last uses are read."""
    return _key_of(key, uses.find(secret["id"] for secret in key["secrets"]))


def shown_of(shown: Shown) -> dict[str, Any]:
    """Return the representation of a key with its text; the last use of an earlier secret is read."""
    *earlier, _ = shown.key["secrets"]  # nobody has used the last, and a failure to read would hide its text
    used = uses.find(secret["id"] for secret in earlier) if earlier else {}
    return _key_of(shown.key, used) | {"key": shown.text}


def _key_of(key: ApiKeyDocument, used: Mapping[str, datetime]) -> dict[str, Any]:
    expires_at = key.get("expires_at")
    return {
        "id": key["_id"],
        "name": key["name"],
        "scopes": key["scopes"],
        "state": "expired" if has_expired(key) else "active",
        "created_by": key["created_by"],
        "created_at": rfc3339(key["created_at"]),
        "expires_at": rfc3339(expires_at) if expires_at is not None else None,
        "requests_per_minute": key.get("requests_per_minute"),
        "secrets": [_secret_of(secret, used.get(secret["id"])) for secret in key["secrets"]],
    }


def _secret_of(secret: SecretDocument, used_at: datetime | None) -> dict[str, Any]:
    return {
        "id": secret["id"],
        "created_by": secret["created_by"],
        "created_at": rfc3339(secret["created_at"]),
        "last_used_at": rfc3339(used_at) if used_at is not None else None,
    }
