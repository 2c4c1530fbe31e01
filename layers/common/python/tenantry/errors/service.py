"""What is wrong with the service, and not with the request."""

from http import HTTPStatus

from tenantry.errors.base import TenantryError


class ServiceUnavailable(TenantryError):
    """The request cannot be met at the moment, mostly because the database does not answer.

    The outcome may be unknown: a change that was asked for has either happened wholly or will not have
    happened at all once the next request or the reconciler has met it. A repetition changes nothing more,
    except that a POST creates once more what has no name of its own: a document without `_id`, a session.
    Under the same Idempotency-Key, where the route takes one, it does not.
    """

    code = "service-unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Service unavailable"
    default_detail = (
        "The service cannot answer at the moment; what was asked for may have been done all the same. Repeat "
        "the request after a while, a POST that creates something under the same Idempotency-Key."
    )
    default_retry_after_seconds = 2


class CapacityExhausted(TenantryError):
    """No cluster has room for another organization or index; the operator must add one. Nothing changed."""

    code = "capacity-exhausted"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Capacity exhausted"
    default_detail = "The service has no room for this at the moment. Repeat the request later."
    default_retry_after_seconds = 300


class InternalError(TenantryError):
    """A defect of the service; the log has the cause under the request id."""

    code = "internal-error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Internal error"
    default_detail = "The service failed. Report the request id in `instance`."
