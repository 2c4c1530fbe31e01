"""Header fields of requests, as RFC 9110 section 5 reads them."""

from collections.abc import Mapping
from typing import Any, Final

from tenantry.errors import InvalidToken

_BEARER: Final = "bearer"


def value_of(event: Mapping[str, Any], name: str) -> str | None:
    """Return the value of a header field, all its lines joined by commas (RFC 9110 section 5.2).

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event, whose `headers` hold the last line only.
    name : str
        In lower case.
    """
    fields = event.get("multiValueHeaders") or {
        key: [value] for key, value in (event.get("headers") or {}).items()
    }
    lines = [line for key, values in fields.items() if key.lower() == name for line in values]
    return ", ".join(lines) if lines else None


def bearer_token(authorization: str) -> str:
    """Return the bearer token in a header field Authorization (RFC 6750 section 2.1).

    Raises
    ------
    InvalidToken
        It has credentials of another kind.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != _BEARER:
        raise InvalidToken
    return token.strip(" ")
