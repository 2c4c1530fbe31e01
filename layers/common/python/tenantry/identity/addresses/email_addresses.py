"""E-mail addresses: which are accepted, and the form in which each is unique."""

import unicodedata
from typing import Final

from tenantry.language import characters

ADDRESS_MAX_CHARACTERS: Final = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
LOCAL_PART_MAX_OCTETS: Final = 64  # RFC 5321 section 4.5.3.1.1


def check_address(text: str) -> str:
    """Check an address that somebody chooses; return it as it is shown: in NFC, with its domain in Unicode.

    Raises
    ------
    ValueError
        The text is not an address (RFC 5321, RFC 6531), or one of those that are not accepted.
    """
    address = _parsed(text)
    if any(characters.is_in(character, characters.DEFAULT_IGNORABLE) for character in address):
        raise ValueError("must not hold invisible characters")
    for form in (address, folded(address)):  # folding makes some letters longer
        local = form.rpartition("@")[0]
        if len(form.encode()) > ADDRESS_MAX_CHARACTERS or len(local.encode()) > LOCAL_PART_MAX_OCTETS:
            raise ValueError(
                f"is too long: at most {LOCAL_PART_MAX_OCTETS} bytes of UTF-8 before the @-sign and "
                f"{ADDRESS_MAX_CHARACTERS} in all"
            )
    return address


def canonical_email(text: str) -> str:
    """Return the form of an address in which it is unique, whichever way it is typed.

    Accounts, throttling and idempotency keys know an address by this form alone.

    Raises
    ------
    ValueError
        The text is not an address.
    """
    return folded(_parsed(text))


def folded(address: str) -> str:
    """Fold a checked address: those that differ only in case or normal form give the same.

    It is the canonical caseless match of the Unicode standard, section 3.13, D145, brought to NFC; doing it
    again changes nothing.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", address).casefold())


def is_same_mailbox(address: str, other: str) -> bool:
    """Tell whether mail to one checked address arrives where mail to another one does.

    It does where they differ in case or normal form alone. What is folded alike besides may be two mailboxes,
    of two people: of faß.example and fass.example, which are two domains (RFC 5894 section 7.2). So whoever
    reads the mail of one has proved nothing of the other.
    """
    return _lowered(address) == _lowered(other)


def _lowered(address: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).lower())


def _parsed(text: str) -> str:
    import email_validator  # noqa: PLC0415 - most functions get no address, and its patterns take long

    if text.startswith('"'):
        raise ValueError("must not be quoted before the @-sign")
    # Whether mail arrives is not asked here; .local is in use inside companies, .test wherever people test.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        address = email_validator.validate_email(
            text, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except email_validator.EmailNotValidError:
        raise ValueError("is not a valid e-mail address") from None
    if "." not in address.domain:
        raise ValueError("needs a full domain name after the @-sign")
    return unicodedata.normalize("NFC", address.normalized)
