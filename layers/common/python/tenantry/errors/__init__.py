"""Everything that can be answered to a client but a success, as one tree of exceptions.

Each class is one problem type of RFC 9457: `code` ends its `type` URN, `status` and `title` are fixed, and
`detail` is written for the client, so it never holds a secret, a stack trace or another tenant's data.
"""

from tenantry.errors.access import (
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidToken,
    LimitReached,
    LoginTooOld,
    MissingToken,
    OperatorRequired,
    OrganizationRequired,
    OrganizationSuspended,
    SignUpClosed,
)
from tenantry.errors.base import TenantryError
from tenantry.errors.documents import (
    AnswerTooLarge,
    CursorOutdated,
    DocumentExists,
    DocumentNotFound,
    DocumentRefused,
    IndexNotFound,
    IndexRefused,
    NotAttempted,
    QueryRefused,
    QueryTooSlow,
    TooManyIndexes,
)
from tenantry.errors.organizations import (
    EmailTaken,
    OrganizationExists,
    OrganizationNotFound,
)
from tenantry.errors.requests import (
    IdempotencyKeyReused,
    IdempotencyKeySpent,
    InvalidFields,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    RequestInFlight,
    TooManyRequests,
    UnsupportedContentCoding,
    UnsupportedMediaType,
)
from tenantry.errors.service import (
    CapacityExhausted,
    InternalError,
    ServiceUnavailable,
)

__all__ = [
    "AnswerTooLarge",
    "CapacityExhausted",
    "CursorOutdated",
    "DocumentExists",
    "DocumentNotFound",
    "DocumentRefused",
    "EmailTaken",
    "IdempotencyKeyReused",
    "IdempotencyKeySpent",
    "IndexNotFound",
    "IndexRefused",
    "InternalError",
    "InvalidCredentials",
    "InvalidFields",
    "InvalidRefreshToken",
    "InvalidToken",
    "LimitReached",
    "LoginTooOld",
    "MalformedRequest",
    "MethodNotAllowed",
    "MissingToken",
    "NotAttempted",
    "NotFound",
    "OperatorRequired",
    "OrganizationExists",
    "OrganizationNotFound",
    "OrganizationRequired",
    "OrganizationSuspended",
    "PayloadTooLarge",
    "PreconditionFailed",
    "QueryRefused",
    "QueryTooSlow",
    "RequestInFlight",
    "ServiceUnavailable",
    "SignUpClosed",
    "TenantryError",
    "TooManyIndexes",
    "TooManyRequests",
    "UnsupportedContentCoding",
    "UnsupportedMediaType",
]
