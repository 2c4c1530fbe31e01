"""Dotted paths of fields, as MongoDB writes them."""


def joined(path: str, key: object) -> str:
    """Return the path of what has this key, or index, at `path`, which is empty at the top."""
    return f"{path}.{key}" if path else str(key)
