"""ministack, whose API Gateway does here what that of AWS does; a program of its own.

- The path reaches functions as it was sent, percent-encoded: `path`, `pathParameters` and
  `requestContext.path` of a REST API's events are not decoded, as recorded ones show:
  https://github.com/hotsock/voker/pull/8
- A method ANY of a template is deployed; ministack's import of OpenAPI documents leaves it out.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from ministack import app as ministack
from ministack.services import apigateway_v1

ANY_METHOD: Final = "x-amazon-apigateway-any-method"
EXECUTE_API: Final = "/_aws/execute-api/"

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


def with_paths_as_sent(application: Application) -> Application:
    """Make an ASGI application that gets the paths of requests to a REST API percent-encoded."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(EXECUTE_API):
            scope = scope | {"path": scope["raw_path"].decode("ascii")}
        await application(scope, receive, send)

    return app


def import_any_methods() -> None:
    """Let ministack deploy methods ANY."""
    import_operation = apigateway_v1._import_operation

    def imported(api_id: str, resource_id: str, http_method: str, operation: Any) -> None:
        method = "ANY" if http_method == ANY_METHOD.upper() else http_method
        import_operation(api_id, resource_id, method, operation)

    apigateway_v1._OPENAPI_HTTP_METHODS.add(ANY_METHOD)
    apigateway_v1._import_operation = imported


if __name__ == "__main__":
    import_any_methods()
    ministack.app = with_paths_as_sent(ministack.app)
    ministack.main()
