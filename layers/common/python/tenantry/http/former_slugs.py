"""Answers to requests that name an organization by a slug that it has left."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.embedded import FormerSlug

MAX_LINK: Final = 2_000  # characters; API Gateway takes 10,240 bytes of header fields


class _Used(NamedTuple):
    former: FormerSlug
    slug: str


_used: Final = ContextVar[_Used | None]("former_slug", default=None)


def forget() -> None:
    """Begin a request, which has named no former slug yet."""
    _used.set(None)


def note(former: FormerSlug, organization: OrganizationDocument) -> None:
    """Note that a member has named its organization by a former slug."""
    _used.set(_Used(former, organization["slug"]))


def announce(event: Mapping[str, Any], answer: dict[str, Any]) -> None:
    """Say in an answer since when the name is a former one, until when it works, and which one to use.

    Deprecation is of RFC 9745, Sunset of RFC 8594, the relation canonical of RFC 6596. The link is without
    the query, which stays the same.
    """
    used = _used.get()
    if used is None:
        return
    fields = answer["multiValueHeaders"]
    fields["Deprecation"] = [f"@{int(used.former['since'].timestamp())}"]
    fields["Sunset"] = [format_datetime(used.former["until"].astimezone(UTC), usegmt=True)]
    path = _replaced(str(event["requestContext"]["path"]), used)
    target = quote(path, safe="/%:@!$&'()*+,;=~")
    if len(target) <= MAX_LINK:
        fields["Link"] = [f'<{target}>; rel="canonical"']


def _replaced(path: str, used: _Used) -> str:
    """Return a path that names the organization by its slug instead of the former one."""
    before, collection, named = path.partition("/organizations/")
    slug, slash, rest = named.partition("/")
    return before + collection + (used.slug if slug == used.former["slug"] else slug) + slash + rest
