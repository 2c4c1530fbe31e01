"""What a client accepts (RFC 9110 section 12.5.1)."""

import re
from collections.abc import Iterator
from typing import Final

_QUALITY: Final = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def preferred(accept: str | None, media_types: tuple[str, ...]) -> str:
    """Return the media type that a client prefers, the first one if it prefers none.

    Parameters
    ----------
    accept : str or None
        The Accept field. Parameters other than q are left aside, and so is what is malformed.
    media_types : tuple of str
        What there is, in lower case; of equally good ones the first is taken.
    """
    if accept is None:
        return media_types[0]
    ranges = list(_ranges(accept))
    return max(media_types, key=lambda media_type: _quality(media_type, ranges))


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return what the most specific range that matches says."""
    for matching in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        qualities = [quality for name, quality in ranges if name == matching]
        if qualities:
            return max(qualities)
    return 0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for element in accept.split(","):
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        weights = [one.removeprefix("q=") for one in parameters if one.startswith("q=")]
        if all(map(_QUALITY.fullmatch, weights)):
            yield name, float(weights[0]) if weights else 1
