"""Names of organizations: display name -> slug -> name of the tenant's collection."""

import re
import unicodedata
from typing import Final

NAME_MAX_CHARACTERS: Final = 100
SLUG_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
SLUG_MAX_CHARACTERS: Final = 63  # a DNS label (RFC 1035), so that a slug can become a host name
# fmt: off
RESERVED_SLUGS: Final = frozenset({
    "account", "accounts", "admin", "api", "config", "docs", "health", "local", "login", "logout", "me",
    "new", "null", "openapi", "organization", "organizations", "root", "self", "status", "support", "system",
    "tenantry", "undefined", "www",
})
# fmt: on
COLLECTION_PREFIX: Final = "org_"

_SLUG: Final = re.compile(SLUG_PATTERN.removesuffix("$"))
_JOINERS: Final = "\u200c\u200d"  # Persian and Indic spelling, and many emoji, need the two joiners


def canonical_name(text: str) -> str:
    """Bring a display name into its stored form: NFKC, trimmed.

    Parameters
    ----------
    text : str
        The name as the client sent it.

    Returns
    -------
    str
        1 to 100 characters.

    Raises
    ------
    ValueError
        The name is empty or too long, or holds control, bidirectional or unassigned characters.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS:
        raise ValueError(f"must be 1 to {NAME_MAX_CHARACTERS} characters long")
    if any(_is_forbidden(character) for character in name):
        raise ValueError("must not hold control, bidirectional or unassigned characters")
    return name


def _is_forbidden(character: str) -> bool:
    category = unicodedata.category(character)
    return character not in _JOINERS and (category.startswith("C") or category in {"Zl", "Zp"})


def check_slug(slug: str) -> str:
    """Return the slug if an organization may have it.

    Raises
    ------
    ValueError
        The slug is malformed or reserved.
    """
    if not _SLUG.fullmatch(slug):
        raise ValueError(
            f"must be 1 to {SLUG_MAX_CHARACTERS} of a-z, 0-9 and hyphens, with no hyphen first or last"
        )
    if slug in RESERVED_SLUGS:
        raise ValueError("is reserved")
    return slug


def slug_of(name: str) -> str:
    """Derive the slug of a canonical name; names that differ only in case or punctuation give the same.

    Raises
    ------
    ValueError
        The name holds no letter or digit that a slug could be made of, or gives a reserved slug.
    """
    from slugify import slugify  # noqa: PLC0415 - only who chooses a name pays for its tables

    # Left to slugify, some marks join words and some letters change with their case ("Ξ" gives x, "ξ" ks).
    words = "".join(" " if unicodedata.category(mark).startswith("P") else mark for mark in name.casefold())
    text = slugify(words, entities=False, decimal=False, hexadecimal=False)[:SLUG_MAX_CHARACTERS].strip("-")
    if not text:
        raise ValueError("gives no slug; send a slug as well")
    return check_slug(text)


def collection_of(slug: str) -> str:
    """Name the tenant's collection; the mapping is one to one, since a slug holds no underscore."""
    return COLLECTION_PREFIX + slug.replace("-", "_")
