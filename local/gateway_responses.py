"""What API Gateway answers by itself, as a template's gateway responses say.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

_HEADER: Final = "gatewayresponse.header."
_JSON: Final = "application/json"
_STATUSES: Final = {"MISSING_AUTHENTICATION_TOKEN": 403, "INVALID_SIGNATURE": 403, "REQUEST_TOO_LARGE": 413}
_REFUSALS_BY_AUTHORIZERS: Final = {401: "UNAUTHORIZED", 403: "ACCESS_DENIED"}


class GatewayAnswer(NamedTuple):
    """An answer of API Gateway itself, by the type of gateway response; `status` is that of AWS's default."""

    kind: str
    status: int = 0

    @classmethod
    def of(cls, status: int, message: str) -> "GatewayAnswer":
        """Return what ministack is about to answer."""
        if message == "Missing Authentication Token":
            return cls("MISSING_AUTHENTICATION_TOKEN")
        if status in _REFUSALS_BY_AUTHORIZERS:
            return cls(_REFUSALS_BY_AUTHORIZERS[status], status)
        return cls(f"DEFAULT_{status // 100}XX", status)


def written(
    answer: GatewayAnswer, customized: Mapping[str, Mapping[str, Any]]
) -> tuple[int, dict[str, str], bytes]:
    """Return status, header fields and content.

    Parameters
    ----------
    answer : GatewayAnswer
        What is answered.
    customized : mapping
        The API's gateway responses by type, as PutGatewayResponse takes them.
    """
    default_status = _STATUSES.get(answer.kind) or answer.status
    response = customized.get(answer.kind) or customized.get(f"DEFAULT_{default_status // 100}XX", {})
    fields = {
        name.removeprefix(_HEADER): str(value).removeprefix("'").removesuffix("'")
        for name, value in response.get("responseParameters", {}).items()
    }
    message = json.dumps({"message": answer.kind})
    template: str = response.get("responseTemplates", {}).get(_JSON, message)
    content = template.replace("$context.requestId", str(uuid.uuid4()))
    status = int(response.get("statusCode") or default_status)
    return status, {"Content-Type": _JSON, **fields}, content.encode()
