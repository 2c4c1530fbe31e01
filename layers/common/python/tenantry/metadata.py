"""Metadata of organizations: the client's own properties."""

from typing import Final

METADATA_MAX_KEYS: Final = 50


def check_metadata_key(key: str) -> str:
    """Return a key that MongoDB takes as the name of a field.

    Raises
    ------
    ValueError
        It does not.
    """
    if key.startswith("$") or "." in key or not key.isprintable():
        raise ValueError("keys must not start with $ or hold a dot or control characters")
    return key
