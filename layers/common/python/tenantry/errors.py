"""Everything that can be answered to a client but a success, as one tree of exceptions.

Each class is one problem type of RFC 9457: `code` ends its `type` URN, `status` and `title` are fixed, and
`detail` is written for the client, so it never holds a secret, a stack trace or another tenant's data.
"""

from http import HTTPStatus
from typing import Any, ClassVar


class TenantryError(Exception):
    """Base of all errors that Tenantry answers.

    Parameters
    ----------
    detail : str, optional
        What went wrong and what to do next, safe to show to the client.
    retry_after_seconds : int, optional
        When to try again (RFC 9110 section 10.2.3); 0 where a repetition would not help.
    **extensions
        Further members of the problem document (RFC 9457 section 3.2).
    """

    code: ClassVar[str]
    status: ClassVar[HTTPStatus]
    title: ClassVar[str]
    default_detail: ClassVar[str] = ""
    challenge: ClassVar[str] = ""
    """Value of WWW-Authenticate, which RFC 9110 section 15.5.2 asks for in every 401."""

    default_retry_after_seconds: ClassVar[int] = 0

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 0, **extensions: Any) -> None:
        super().__init__(detail or self.default_detail)
        self.detail = detail or self.default_detail
        self.retry_after_seconds = retry_after_seconds or self.default_retry_after_seconds
        self.extensions = extensions

    @property
    def headers(self) -> dict[str, str]:
        """HTTP header fields that the answer carries besides its content type."""
        fields = {"WWW-Authenticate": self.challenge, "Retry-After": str(self.retry_after_seconds or "")}
        return {name: value for name, value in fields.items() if value}


class MalformedRequest(TenantryError):
    """The body is not a JSON object in UTF-8; nothing was looked at, nothing changed."""

    code = "malformed-request"
    status = HTTPStatus.BAD_REQUEST
    title = "Malformed request"


class InvalidToken(TenantryError):
    """The bearer token is missing, malformed, expired or revoked; log in again (RFC 6750 section 3)."""

    code = "invalid-token"
    status = HTTPStatus.UNAUTHORIZED
    title = "Authentication required"
    default_detail = "The access token is missing, malformed, expired or revoked. Log in to get one."
    challenge = 'Bearer realm="tenantry", error="invalid_token"'


class MissingToken(InvalidToken):
    """The request carries no bearer token at all; the challenge has no error then (RFC 6750 section 3.1)."""

    challenge = 'Bearer realm="tenantry"'


class InvalidCredentials(TenantryError):
    """E-mail, password or organization is wrong; the answer is the same whichever it was."""

    code = "invalid-credentials"
    status = HTTPStatus.UNAUTHORIZED
    title = "Invalid credentials"
    default_detail = "The e-mail address, the password or the organization is wrong."
    challenge = 'Bearer realm="tenantry"'


class InvalidRefreshToken(TenantryError):
    """The refresh token is malformed, expired or replaced, or its session has ended; log in again."""

    code = "invalid-refresh-token"
    status = HTTPStatus.UNAUTHORIZED
    title = "Invalid refresh token"
    default_detail = (
        "The refresh token is expired or was used before, or its session has ended. Log in again."
    )
    challenge = 'Bearer realm="tenantry"'


class OrganizationSuspended(TenantryError):
    """The platform's operator has suspended the organization; its data stay as they are."""

    code = "organization-suspended"
    status = HTTPStatus.FORBIDDEN
    title = "Organization suspended"
    default_detail = "The organization is suspended. Ask the operator of this service."


class OperatorRequired(TenantryError):
    """The route is for the platform's operator, whose requests are signed for IAM."""

    code = "operator-required"
    status = HTTPStatus.FORBIDDEN
    title = "Operator required"
    default_detail = "This is for the operator of the service. Sign the request with AWS Signature Version 4."


class SignUpClosed(TenantryError):
    """Organizations are created by the platform's operator alone; nothing changed."""

    code = "sign-up-closed"
    status = HTTPStatus.FORBIDDEN
    title = "Sign-up closed"
    default_detail = "The operator of this service creates its organizations. Ask there for one."


class NotFound(TenantryError):
    """No such route."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Not found"
    default_detail = "There is nothing here. GET /openapi.json lists the routes."


class OrganizationNotFound(TenantryError):
    """The organization does not exist, or is not the caller's; the answer does not tell which."""

    code = "organization-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Organization not found"
    default_detail = "There is no such organization, or the access token is not for it."


class OrganizationExists(TenantryError):
    """Another organization holds the slug; nothing changed."""

    code = "organization-exists"
    status = HTTPStatus.CONFLICT
    title = "Organization exists"
    default_detail = "Another organization has this name or slug. Choose a different one."


class DocumentNotFound(TenantryError):
    """The organization has no document of this id."""

    code = "document-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Document not found"
    default_detail = "The organization has no document of this id."


class DocumentExists(TenantryError):
    """Another document has the id, or the same values in the fields of a unique index; nothing changed."""

    code = "document-exists"
    status = HTTPStatus.CONFLICT
    title = "Document exists"
    default_detail = "Another document has this id, or the same values where an index asks for unique ones."


class DocumentRefused(TenantryError):
    """An index cannot hold the document, because several of its fields are arrays there; nothing changed."""

    code = "document-refused"
    status = HTTPStatus.CONFLICT
    title = "Document refused"
    default_detail = (
        "An index has several fields of which only one may hold an array. Change it, or drop that index."
    )


class NotAttempted(TenantryError):
    """Documents before this one were refused, so this one was not tried."""

    code = "not-attempted"
    status = HTTPStatus.FAILED_DEPENDENCY
    title = "Not attempted"
    default_detail = "Documents before this one were refused, so it was not tried. Send it again."


class IndexNotFound(TenantryError):
    """The organization has no index of this name."""

    code = "index-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Index not found"
    default_detail = "The organization has no index of this name."


class IndexRefused(TenantryError):
    """The index contradicts another one, or the documents; nothing changed."""

    code = "index-refused"
    status = HTTPStatus.CONFLICT
    title = "Index refused"


class EmailTaken(TenantryError):
    """Another account has the e-mail address; nothing changed."""

    code = "email-taken"
    status = HTTPStatus.CONFLICT
    title = "E-mail address taken"
    default_detail = "An account with this e-mail address exists. Log in to create a further organization."


class OrganizationRequired(TenantryError):
    """The credentials are right, but the account has several organizations: name one."""

    code = "organization-required"
    status = HTTPStatus.CONFLICT
    title = "Organization required"
    default_detail = "The account belongs to several organizations. Send one of them as `organization`."


class TooManyIndexes(TenantryError):
    """The collection has as many indexes as it may; nothing changed."""

    code = "too-many-indexes"
    status = HTTPStatus.CONFLICT
    title = "Too many indexes"
    default_detail = "The organization has as many indexes as it may. Drop one first."


class RequestInFlight(TenantryError):
    """A request with the same idempotency key is at work; whether it succeeds is not known yet."""

    code = "request-in-flight"
    status = HTTPStatus.CONFLICT
    title = "Request in flight"
    default_detail = "A request with this Idempotency-Key is being processed. Repeat it after a while."
    default_retry_after_seconds = 1


class IdempotencyKeyReused(TenantryError):
    """The idempotency key belongs to a different request; nothing changed."""

    code = "idempotency-key-reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Idempotency key reused"
    default_detail = "This Idempotency-Key was used for a different request. Send a fresh one."


class PreconditionFailed(TenantryError):
    """The resource is no longer at the version that If-Match names; nothing changed."""

    code = "precondition-failed"
    status = HTTPStatus.PRECONDITION_FAILED
    title = "Precondition failed"
    default_detail = "It has changed since, or is gone. Read it again and repeat with its current ETag."


class PayloadTooLarge(TenantryError):
    """The body is longer than the route accepts; nothing was looked at."""

    code = "payload-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "Payload too large"


class UnsupportedMediaType(TenantryError):
    """The body is not declared as JSON."""

    code = "unsupported-media-type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "Unsupported media type"
    default_detail = "Send the body as application/json."


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


class QueryRefused(TenantryError):
    """MongoDB cannot answer the query as it is, however often it is sent; nothing changed."""

    code = "query-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Query refused"
    default_detail = "MongoDB refuses the query. Check its regular expressions and the types of its values."


class QueryTooSlow(TenantryError):
    """The query took longer than a request may; nothing changed."""

    code = "query-too-slow"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Query too slow"
    default_detail = "The query takes too long. Narrow its filter, or create an index that serves it."


class AnswerTooLarge(TenantryError):
    """What was asked for is longer than an answer may be."""

    code = "answer-too-large"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Answer too large"
    default_detail = "The document is longer than an answer may be. Ask for some of its `fields` only."


class TooManyRequests(TenantryError):
    """Too many failures in a row; nothing was checked. Wait as long as Retry-After says."""

    code = "too-many-requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many requests"
    default_detail = "Too many failed attempts. Wait before the next one; see Retry-After."


class ServiceUnavailable(TenantryError):
    """The database did not answer in time, so the outcome is unknown.

    A change that was asked for has either happened wholly or will not have happened at all once the next
    request or the reconciler has met it; repeating the request is safe.
    """

    code = "service-unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Service unavailable"
    default_detail = "The service cannot answer at the moment. Repeat the request after a while."
    default_retry_after_seconds = 2


class InternalError(TenantryError):
    """A defect of the service; the log has the cause under the request id."""

    code = "internal-error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Internal error"
    default_detail = "The service failed. Report the request id in `instance`."
