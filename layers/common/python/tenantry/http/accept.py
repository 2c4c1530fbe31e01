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
        The Accept field. Parameters other than q, and malformed elements, are ignored.
    media_types : tuple of str
        What the service can answer, in lower case; the first of those that are preferred alike is taken.
    """
    if accept is None:
        return media_types[0]
    ranges = list(_ranges(accept))
    return max(media_types, key=lambda media_type: _quality(media_type, ranges))


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return the weight of the most specific range that matches the media type, 0 if none does."""
    for matching in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        qualities = [quality for name, quality in ranges if name == matching]
        if qualities:
            return max(qualities)
    return 0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for element in accept.split(","):
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        weights = [parameter.removeprefix("q=") for parameter in parameters if parameter.startswith("q=")]
        if all(map(_QUALITY.fullmatch, weights)):
            yield name, float(weights[0]) if weights else 1
