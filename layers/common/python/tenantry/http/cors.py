"""Which pages in browsers may read an answer: the CORS protocol of the Fetch standard.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenantry.http.header_fields import value_of
from tenantry.runtime.settings import settings

# What the operator's routes begin with: they take AWS signatures, which no page should hold.
OPERATOR: Final = "/operator/"
REQUEST_FIELDS: Final = "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
# API Gateway calls WWW-Authenticate of a function by the last of these names.
RESPONSE_FIELDS: Final = (
    "ETag, Location, Retry-After, Deprecation, Sunset, Link, x-amzn-remapped-www-authenticate"
)
# Chromium remembers the answer to a preflight no longer than two hours, whatever it says.
MAX_AGE_SECONDS: Final = 7200


def share(event: Mapping[str, Any], answer: dict[str, Any]) -> None:
    """Let a page read an answer if its origin is one of `ALLOWED_ORIGINS`, character for character.

    Any other origin, `null` and none get the answer as it is: their browsers withhold it. Pages send tokens
    by themselves, so the credentials that a browser adds, as cookies, are never allowed.

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event.
    answer : dict
        To it, in the form that API Gateway expects of a proxy integration; gets header fields.
    """
    origins = settings().allowed_origins
    if not origins or str(event.get("resource")).startswith(OPERATOR):
        return
    fields = answer["multiValueHeaders"]
    fields["Vary"] = [", ".join([*fields.get("Vary", []), "Origin"])]
    origin = value_of(event, "origin")
    if origin in origins:
        fields["Access-Control-Allow-Origin"] = [origin]
        fields.update((name, [value]) for name, value in _details(event, fields))


def _details(event: Mapping[str, Any], fields: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield what the answer to a preflight says of the request to come, or any other of itself."""
    if event["httpMethod"] == "OPTIONS" and value_of(event, "access-control-request-method"):
        yield "Access-Control-Allow-Methods", ", ".join(fields.get("Allow", []))
        yield "Access-Control-Allow-Headers", REQUEST_FIELDS
        yield "Access-Control-Max-Age", str(MAX_AGE_SECONDS)
    else:
        yield "Access-Control-Expose-Headers", RESPONSE_FIELDS
