"""Problem documents (RFC 9457): every answer that is not a success."""

import json
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from pymongo.errors import PyMongoError

from tenantry.errors import (
    InternalError,
    InvalidFields,
    NotFound,
    ServiceUnavailable,
    TenantryError,
    UnsupportedMediaType,
)
from tenantry.runtime.observability import log_failure

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:tenantry:problem:"
INSTANCE_PREFIX: Final = "urn:tenantry:request:"


def document_of(error: TenantryError, request_id: str) -> str:
    """Return the problem document of an error, as JSON."""
    members = {
        "type": TYPE_PREFIX + error.code,
        "title": error.title,
        "status": int(error.status),
        "detail": error.detail,
        "code": error.code,
        "instance": INSTANCE_PREFIX + request_id,
        **error.extensions,
    }
    return json.dumps(members, separators=(",", ":"))


def gateway_response(error: TenantryError, request_id: str) -> dict[str, Any]:
    """Return the answer to an error in the form that API Gateway expects of a proxy integration."""
    fields = error.headers | {"Content-Type": CONTENT_TYPE}
    return {
        "statusCode": int(error.status),
        "multiValueHeaders": {name: [value] for name, value in fields.items()},
        "body": document_of(error, request_id),
        "isBase64Encoded": False,
    }


def register_problems(app: APIGatewayRestResolver) -> None:
    """Make a resolver answer every exception with a problem document."""

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def answer(exception: Exception) -> Response[str]:
        error = error_of(exception)
        return Response(
            status_code=int(error.status),
            content_type=CONTENT_TYPE,
            headers=error.headers,
            body=document_of(error, request_id(app.current_event.raw_event)),
        )


def error_of(exception: Exception) -> TenantryError:
    """Return what is answered to an exception, and log it if it is the service's fault."""
    error = _error_of(exception)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log_failure(error.title, exception)
    return error


def _error_of(exception: Exception) -> TenantryError:
    match exception:
        case TenantryError():
            return exception
        case RequestValidationError():
            return InvalidFields(errors=[_field_error(error) for error in exception.errors()])
        case RequestUnsupportedContentType():
            return UnsupportedMediaType()
        case NotFoundError():
            return NotFound()
        case PyMongoError():
            return ServiceUnavailable()
        case _:
            return InternalError()


def request_id(event: dict[str, Any]) -> str:
    """Return API Gateway's id of the request, which its access log has as well."""
    return str((event.get("requestContext") or {}).get("requestId") or "unknown")


def _field_error(error: dict[str, Any]) -> dict[str, str]:
    source, *names = error["loc"]
    location = [str(part) for part in (names if source in {"body", "query"} else error["loc"])]
    message = str(error["msg"]).removeprefix("Value error, ")
    return {"field": ".".join(location) or "body", "message": message}
