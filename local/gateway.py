"""ministack, whose API Gateway does here what that of AWS does; a program of its own.

- The path reaches functions as it was sent, percent-encoded: `path`, `pathParameters` and
  `requestContext.path` of a REST API's events are not decoded, as recorded ones show:
  https://github.com/hotsock/voker/pull/8
- A method ANY of a template is deployed; ministack's import of OpenAPI documents leaves it out.
- A method that asks for IAM takes AWS Signature Version 4 only (`local.signatures`), and its function is told
  who signed.
- Lambda authorizers of a document are deployed; ministack's import leaves them out, too.
- What API Gateway answers by itself, it answers as the template's gateway responses say.

`local.resources` mends what CloudFormation makes, `local.layers` shares what functions have in common, and
`local.calls` keeps what they ask AWS for.
"""

import contextvars
from typing import Any, Final

from ministack import app as ministack
from ministack.services import apigateway_v1

from local import gateway_responses
from local.authorizers import import_authorizers
from local.calls import Application, Calls, Scope
from local.gateway_responses import GatewayAnswer
from local.layers import share_layers
from local.resources import mend_resources
from local.signatures import USER_ARN, InvalidSignature, check_signature

ANY_METHOD: Final = "x-amazon-apigateway-any-method"
AWS_IAM: Final = "AWS_IAM"
IAM: Final[dict[str, Any]] = {AWS_IAM: []}  # as SAM calls the security scheme awsSigv4
EXECUTE_API: Final = "/_aws/execute-api/"
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MAX_BODY_BYTES: Final = 10 * 1024 * 1024

_url: contextvars.ContextVar[str] = contextvars.ContextVar("url")


def with_paths_as_sent(application: Application) -> Application:
    """Make an ASGI application that gets the paths of requests to a REST API percent-encoded."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(EXECUTE_API):
            scope = scope | {"path": scope["raw_path"].decode("ascii")}
            _url.set(f"http://localhost{scope['path']}?{scope['query_string'].decode('ascii')}")
        await application(scope, receive, send)

    return app


def import_operation(api_id: str, resource_id: str, http_method: str, operation: Any) -> None:
    """Deploy a method of a path, which may be ANY or ask for IAM."""
    method = "ANY" if http_method == ANY_METHOD.upper() else http_method
    _import_operation(api_id, resource_id, method, operation)
    if IAM in operation.get("security", ()):
        methods = apigateway_v1._resources[api_id][resource_id]["resourceMethods"]
        methods[method]["authorizationType"] = AWS_IAM


def import_api(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> str:
    """Deploy an OpenAPI document with gateway responses and authorizers, and return the id of the API."""
    api_id: str = _import_api(spec, base_data)
    import_authorizers(api_id, spec)
    for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
        apigateway_v1._put_gateway_response(api_id, kind, response)
    return api_id


async def handle(*request: Any) -> tuple[int, dict[str, str], bytes]:
    """Answer a request, by the API's gateway responses if no function does."""
    api_id, _stage, _method, _path, headers, body, *_ = request
    customized = apigateway_v1._gateway_responses.get(api_id, {})
    if len(body) > MAX_BODY_BYTES:
        return gateway_responses.written(GatewayAnswer("REQUEST_TOO_LARGE"), customized)
    answer = await _handle(*request)
    if not isinstance(answer, GatewayAnswer):
        return answer  # type: ignore[no-any-return]
    if answer.kind == "MISSING_AUTHENTICATION_TOKEN" and "authorization" in headers:
        answer = GatewayAnswer("DEFAULT_4XX", 403)  # what is there is taken for an incomplete signature
    return gateway_responses.written(answer, customized)


async def authorize(*request: Any) -> tuple[GatewayAnswer | None, dict[str, str] | None]:
    """Return what refuses a request, or what an authorizer tells the function about it."""
    _api_id, _stage, definition, method, _path, _resource, headers, body, *_ = request
    if definition["authorizationType"] != AWS_IAM:
        return await _authorize(*request)  # type: ignore[no-any-return]
    try:
        check_signature(method, _url.get(), headers, body)
    except InvalidSignature as error:
        return GatewayAnswer(error.kind), None
    return None, None


def build_event(*request: Any, **options: Any) -> dict[str, Any]:
    """Return the event that a function gets, with the user who has signed the request."""
    event: dict[str, Any] = _build_event(*request, **options)
    _api_id, _stage_name, _stage, resource, _path, method, *_ = request
    methods = resource["resourceMethods"]
    if (methods.get(method) or methods["ANY"])["authorizationType"] == AWS_IAM:
        event["requestContext"]["identity"]["userArn"] = USER_ARN
    return event


_import_operation, _import_api = apigateway_v1._import_operation, apigateway_v1._import_rest_api
_authorize = apigateway_v1._authorize_request_v1
_handle, _build_event = apigateway_v1._handle_execute_in_scope, apigateway_v1._build_lambda_event_v1

if __name__ == "__main__":
    apigateway_v1._OPENAPI_HTTP_METHODS.add(ANY_METHOD)
    apigateway_v1._import_operation = import_operation
    apigateway_v1._import_rest_api = import_api
    apigateway_v1._gw_error = GatewayAnswer.of
    apigateway_v1._handle_execute_in_scope = handle
    apigateway_v1._authorize_request_v1 = authorize
    apigateway_v1._build_lambda_event_v1 = build_event
    mend_resources()
    share_layers()
    calls = Calls(ministack.app)
    calls.let_functions_sign_with_their_names()
    ministack.app = with_paths_as_sent(calls)
    ministack.main()
