"""ETags and If-Match (RFC 9110 sections 8.8.3 and 13.1.1)."""

import re
from collections.abc import Callable
from typing import Final

from tenantry.organizations import OrganizationDocument

_ENTITY_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')


def etag(organization: OrganizationDocument) -> str:
    """Return the strong entity tag of an organization at its version."""
    return _entity_tag(organization["version"])


def if_match(field: str | None) -> Callable[[int], bool]:
    """Return the test that an If-Match field puts to a version.

    Parameters
    ----------
    field : str or None
        The field's value; without the field every version passes. Weak tags never match.
    """
    if field is None or field.strip() == "*":
        return lambda _: True
    tags = _ENTITY_TAG.findall(field)
    return lambda version: _entity_tag(version) in tags


def _entity_tag(version: int) -> str:
    return f'"{version}"'
