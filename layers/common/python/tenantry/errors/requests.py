"""What is wrong with a request, whatever it is about."""

from collections.abc import Collection
from http import HTTPStatus

from tenantry.errors.base import TenantryError


class NotFound(TenantryError):
    """No such route."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Not found"
    default_detail = "There is nothing here. GET /openapi.json lists the routes."


class MalformedRequest(TenantryError):
    """The body is not a JSON object in UTF-8; nothing was looked at, nothing changed."""

    code = "malformed-request"
    status = HTTPStatus.BAD_REQUEST
    title = "Malformed request"


class PayloadTooLarge(TenantryError):
    """The body is longer than the route accepts; nothing was looked at."""

    code = "payload-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "Payload too large"


class UnsupportedMediaType(TenantryError):
    """The body is not declared as what the route takes."""

    code = "unsupported-media-type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "Unsupported media type"
    default_detail = "Send the body as application/json."
    media_types: Collection[str] = ()
    is_patch = False

    @classmethod
    def of(cls, media_types: Collection[str], *, is_patch: bool) -> "UnsupportedMediaType":
        """Make the error that names what the route takes, to PATCH as RFC 5789 section 2.2 has it."""
        error = cls(f"Send the body as {' or '.join(sorted(media_types))}.")
        error.media_types, error.is_patch = sorted(media_types), is_patch
        return error

    @property
    def headers(self) -> dict[str, str]:
        """Header fields that the answer carries besides its content type (RFC 9110 section 15.5.16)."""
        types = ", ".join(self.media_types)
        return ({"Accept": types} if types else {}) | ({"Accept-Patch": types} if self.is_patch else {})


class UnsupportedContentCoding(TenantryError):
    """The body is compressed, or coded in another way; nothing was looked at."""

    code = "unsupported-content-coding"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "Unsupported content coding"
    default_detail = "Send the body as it is, without Content-Encoding."

    @property
    def headers(self) -> dict[str, str]:
        """Header fields that the answer carries besides its content type (RFC 9110 section 15.5.16)."""
        return {"Accept-Encoding": "identity"}


class MethodNotAllowed(TenantryError):
    """Nothing at this path has the method."""

    code = "method-not-allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "Method not allowed"
    default_detail = "There is no such method here. Allow lists those that there are."
    allowed: Collection[str] = ()

    @classmethod
    def of(cls, allowed: Collection[str]) -> "MethodNotAllowed":
        """Make the error that lists the methods."""
        error = cls()
        error.allowed = allowed
        return error

    @property
    def headers(self) -> dict[str, str]:
        """Header fields that the answer carries besides its content type (RFC 9110 section 15.5.6)."""
        return {"Allow": ", ".join(self.allowed)}


class InvalidFields(TenantryError):
    """Fields are missing, unknown or wrong; `errors` lists each with a message. Nothing changed."""

    code = "invalid-fields"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Invalid fields"
    default_detail = "One or more fields are wrong; see errors."

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidFields":
        """Make the error for a single field."""
        return cls(errors=[{"field": field, "message": message}])


class PreconditionFailed(TenantryError):
    """The resource is not at the version that If-Match and If-None-Match ask for; nothing changed."""

    code = "precondition-failed"
    status = HTTPStatus.PRECONDITION_FAILED
    title = "Precondition failed"
    default_detail = (
        "It has changed since, is gone, or is there although If-None-Match forbids it. Read it again and "
        "repeat with its current ETag."
    )


class IdempotencyKeyReused(TenantryError):
    """The idempotency key belongs to a different request; nothing changed."""

    code = "idempotency-key-reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Idempotency key reused"
    default_detail = "This Idempotency-Key was used for a different request. Send a fresh one."


class IdempotencyKeySpent(TenantryError):
    """What was created under the idempotency key has been deleted since; nothing changed."""

    code = "idempotency-key-spent"
    status = HTTPStatus.CONFLICT
    title = "Idempotency key spent"
    default_detail = (
        "What the first request with this Idempotency-Key created has been deleted since. "
        "Send a fresh key to create it anew."
    )


class RequestInFlight(TenantryError):
    """A request with the same idempotency key is at work; whether it succeeds is not known yet."""

    code = "request-in-flight"
    status = HTTPStatus.CONFLICT
    title = "Request in flight"
    default_detail = "A request with this Idempotency-Key is being processed. Repeat it after a while."
    default_retry_after_seconds = 1


class TooManyRequests(TenantryError):
    """Too many failures of an account or a source; nothing was checked. Wait as long as Retry-After says."""

    code = "too-many-requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many requests"
    default_detail = "Too many failed attempts. Wait before the next one; see Retry-After."
