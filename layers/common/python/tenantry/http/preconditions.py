"""ETags and If-Match (RFC 9110 sections 8.8.3 and 13.1.1)."""

import re
from collections.abc import Callable
from typing import Final

_ENTITY_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')


def etag(version: int | str) -> str:
    """Return the strong entity tag of a resource at a version.

    Parameters
    ----------
    version : int or str
        An organization's number, or the digest of a document.
    """
    return f'"{version}"'


def if_match(field: str | None) -> Callable[[int | str | None], bool]:
    """Return the test that an If-Match field puts to a resource's version.

    Parameters
    ----------
    field : str or None
        The field's value; without the field everything passes. Weak tags never match, and no field matches
        what is not there, whose version is None.
    """
    if field is None:
        return lambda _: True
    if field.strip() == "*":
        return lambda version: version is not None
    tags = _ENTITY_TAG.findall(field)
    return lambda version: version is not None and etag(version) in tags
