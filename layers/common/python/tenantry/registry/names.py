"""Names of organizations: display name -> slug -> name of the tenant's collection."""

import re
import unicodedata
from typing import Final

from tenantry.language import characters

NAME_MAX_CHARACTERS: Final = 100
FOLDED_MAX_CHARACTERS: Final = 200  # a sign may stand for 18 letters
SLUG_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
SLUG_MAX_CHARACTERS: Final = 63  # a DNS label (RFC 1035), so that a slug can become a host name
# fmt: off
RESERVED_SLUGS: Final = frozenset({
    # what is or may become a path or a name of the product's own
    "account", "accounts", "admin", "administrator", "api", "assets", "auth", "billing", "cdn", "config",
    "console", "docs", "health", "help", "id", "idp", "local", "login", "logout", "me", "new", "null",
    "oauth", "oidc", "openapi", "organization", "organizations", "password", "root", "security", "self",
    "signin", "signup", "sso", "static", "status", "support", "system", "tenantry", "undefined", "web", "www",
    # hosts that computers ask for by themselves, or that people take for the operator's
    "autoconfig", "autodiscover", "broadcasthost", "caldav", "carddav", "dns", "email",
    "enterpriseenrollment", "enterpriseregistration", "ftp", "gateway", "imap", "ip6-localhost",
    "ip6-loopback", "isatap", "kerberos", "ldap", "localdomain", "localhost", "lyncdiscover", "mail",
    "mta-sts", "mx", "ns", "ns1", "ns2", "ns3", "ns4", "ntp", "openpgpkey", "pop", "pop3", "proxy", "router",
    "sftp", "sip", "smtp", "ssh", "vpn", "webmail", "wpad",
})
# fmt: on
COLLECTION_PREFIX: Final = "org_"

_SLUG: Final = re.compile(SLUG_PATTERN.removesuffix("$"))


def canonical_name(text: str) -> str:
    """Bring a display name into its stored form: NFC, trimmed.

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
        The name is too long, shows nothing, or holds characters that deceive.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS:
        raise ValueError(f"must be 1 to {NAME_MAX_CHARACTERS} characters long")
    if characters.has_stray(name):
        raise ValueError("must not hold control, bidirectional, unassigned or misplaced invisible characters")
    if not any(map(characters.is_visible, name)):
        raise ValueError("must hold a character that can be seen")
    if characters.has_heap_of_marks(name):
        raise ValueError(
            f"must not begin with a combining mark or hold more than {characters.MOST_MARKS} in a row"
        )
    return name


def folded(text: str) -> str:
    """Fold a name, or its beginning, into the form that is searched and sorted by.

    Names that differ only in case, accents or compatibility forms (Unicode Standard Annex 15) give the same:
    "Café" and "CAFE". Each character is folded by itself, so what a name begins with is, folded, what the
    folded name begins with. Of long results the first `FOLDED_MAX_CHARACTERS` count.
    """
    for _ in range(2):  # as a compatibility caseless match does: Unicode Standard, section 3.13, D146
        text = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))[:FOLDED_MAX_CHARACTERS]


def check_slug_form(slug: str) -> str:
    """Return the slug if it is well-formed.

    Raises
    ------
    ValueError
        It is not.
    """
    if not _SLUG.fullmatch(slug):
        raise ValueError(
            f"must be 1 to {SLUG_MAX_CHARACTERS} of a-z, 0-9 and hyphens, with no hyphen first or last"
        )
    return slug


def check_slug(slug: str) -> str:
    """Return the slug if an organization may take it; those that hold another one keep it.

    Raises
    ------
    ValueError
        The slug is malformed, or reserved since a host of that name would be taken for something else.
    """
    if check_slug_form(slug) in RESERVED_SLUGS:
        raise ValueError("is reserved")
    if slug[2:4] == "--":  # RFC 5891 section 4.2.3.1: xn-- and what may come after it
        raise ValueError("must not have its third and fourth character hyphens")
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
    plain = unicodedata.normalize("NFKC", name).casefold()
    words = "".join(" " if unicodedata.category(mark).startswith("P") else mark for mark in plain)
    text = slugify(words, entities=False, decimal=False, hexadecimal=False)[:SLUG_MAX_CHARACTERS].strip("-")
    if not text:
        raise ValueError("gives no slug; send a slug as well")
    try:
        return check_slug(text)
    except ValueError as error:
        raise ValueError(f"gives the slug {text}, which {error}; send a slug as well") from None


def collection_of(slug: str) -> str:
    """Name the tenant's collection; the mapping is one to one, since a slug holds no underscore."""
    return COLLECTION_PREFIX + slug.replace("-", "_")
