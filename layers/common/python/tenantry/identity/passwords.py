"""Hashing of passwords: PBKDF2-HMAC-SHA256 through passlib, and the refusal of guessable ones."""

import base64
import re
import secrets
import unicodedata
from functools import cache
from typing import Any, Final

from tenantry.errors import InvalidFields

PASSWORD_MIN_CHARACTERS: Final = 15  # NIST SP 800-63B-4 section 3.1.1.2, a password as the single factor
PASSWORD_MAX_CHARACTERS: Final = 1024  # in NFC
# Before normalisation: no character of NFC is sent as more than four.
PASSWORD_MAX_SENT_CHARACTERS: Final = 4 * PASSWORD_MAX_CHARACTERS
ROUNDS: Final = 600_000  # OWASP Password Storage Cheat Sheet; the library's default is far lower
MAX_ROUNDS: Final = 10 * ROUNDS  # of a stored hash: some seconds; what costs more is nobody's password
GUESSABLE_SCORE: Final = 1  # zxcvbn: below 10^6 guesses, "too guessable" or "very guessable"
# zxcvbn takes seconds for 72 characters of "4@8({[<369", and a fraction of a second for 32.
ESTIMATED_CHARACTERS: Final = 32

# A well-formed hash that no password is known for: an unknown e-mail address costs one KDF call as well.
_NOBODY: Final = f"$pbkdf2-sha256${ROUNDS}$" + "A" * 22 + "$" + "A" * 43

_HASH: Final = re.compile(r"\$pbkdf2-sha256\$([1-9][0-9]{0,7})\$[./A-Za-z0-9]{0,128}\$[./A-Za-z0-9]{43}")


def canonical_password(text: str) -> str:
    """Normalise a password to NFC, as RFC 8265 section 4.2 does, so that any keyboard gives the same one.

    Raises
    ------
    ValueError
        The password holds a NUL character.
    """
    if "\0" in text:
        raise ValueError("must not hold a NUL character")
    return unicodedata.normalize("NFC", text)


@cache
def _hasher() -> Any:
    from passlib.hash import pbkdf2_sha256  # noqa: PLC0415 - only who gets a password pays for it

    return pbkdf2_sha256.using(rounds=ROUNDS)


def hash_password(password: str) -> str:
    """Hash a password with a random salt.

    Parameters
    ----------
    password : str
        In the form that `tenantry.identity.passwords.canonical_password` gives.

    Returns
    -------
    str
        Modular crypt format, with the algorithm, the rounds and the salt.
    """
    return str(_hasher().hash(password))


def unusable_hash() -> str:
    """Make a hash that no password is known for, at no cost; a refusal against it takes as long as any other.

    It is random, for device tokens are keyed with it.
    """
    salt, checksum = (
        base64.b64encode(secrets.token_bytes(size), altchars=b"./").decode().rstrip("=") for size in (16, 32)
    )
    return f"$pbkdf2-sha256${ROUNDS}${salt}${checksum}"


def is_verifiable(stored_hash: object) -> bool:
    """Tell whether something stored is a hash of this scheme that takes no more than `MAX_ROUNDS`."""
    match = _HASH.fullmatch(stored_hash) if isinstance(stored_hash, str) else None
    if match is None or int(match[1]) > MAX_ROUNDS:
        return False
    try:
        _hasher().from_string(stored_hash)
    except ValueError:  # the salt is no base64
        return False
    return True


def verify_password(password: str, stored_hash: object) -> bool:
    """Tell whether the password is the one that was hashed; a refusal costs today's rounds at least.

    Parameters
    ----------
    password : str
        In the form that `tenantry.identity.passwords.canonical_password` gives.
    stored_hash : object
        What `hash_password` gave, or None where there is no such account.

    Raises
    ------
    ValueError
        What is stored is not `is_verifiable`; no password matches, at the cost of a wrong one.
    """
    if not is_verifiable(stored_hash):
        _hasher().verify(password, _NOBODY)
        if stored_hash is None:
            return False
        raise ValueError("the stored password hash is corrupt")
    if _hasher().verify(password, stored_hash):
        return True
    missing = _hasher().default_rounds - _hasher().from_string(stored_hash).rounds
    if missing > 0:
        _hasher().using(rounds=missing).hash(password)
    return False


def needs_rehash(stored_hash: str) -> bool:
    """Tell whether the hash was made with fewer rounds than are due today."""
    return bool(_hasher().needs_update(stored_hash))


def is_guessable(password: str, known_words: list[str]) -> bool:
    """Tell whether an attacker's first million guesses would hold the password.

    NIST SP 800-63B-4 section 3.1.1.2 asks to refuse passwords that are common, expected or compromised;
    zxcvbn's lists and patterns stand for those.

    Parameters
    ----------
    password : str
        The chosen password.
    known_words : list of str
        What an attacker knows of the user, such as the e-mail address and the organization's name.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 - only the choice of a password pays for its word lists

    estimate = zxcvbn(password[:ESTIMATED_CHARACTERS], user_inputs=known_words)
    return int(estimate["score"]) <= GUESSABLE_SCORE


def refuse_guessable(field: str, password: str, known_words: list[str]) -> None:
    """Refuse a chosen password that `is_guessable`.

    Raises
    ------
    InvalidFields
        It is; the error names the field of the request.
    """
    if is_guessable(password, known_words):
        raise InvalidFields.of(field, "is too easy to guess; choose a longer or less common one")
