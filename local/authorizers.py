"""Lambda authorizers of an OpenAPI document, which ministack's import leaves out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
"""

import json
from typing import Any, Final

from ministack.services import apigateway_v1

AUTHORIZER: Final = "x-amazon-apigateway-authorizer"


def import_authorizers(api_id: str, spec: dict[str, Any]) -> None:
    """Deploy the authorizers of a document, and let them stand before the operations that name them."""
    schemes: dict[str, Any] = spec.get("components", {}).get("securitySchemes", {})
    ids = {name: _create(api_id, name, scheme) for name, scheme in schemes.items() if AUTHORIZER in scheme}
    resources = {each["path"]: each for each in apigateway_v1._resources[api_id].values()}
    for path, item in spec.get("paths", {}).items():
        for method, operation in item.items():
            for name in {name for each in operation.get("security", ()) for name in each} & ids.keys():
                protected = resources[path]["resourceMethods"][method.upper()]
                protected |= {"authorizationType": "CUSTOM", "authorizerId": ids[name]}


def _create(api_id: str, name: str, scheme: dict[str, Any]) -> str:
    described = scheme[AUTHORIZER]
    parts = {
        "name": name,
        "type": described["type"].upper(),
        "authorizerUri": described["authorizerUri"],
        "identitySource": f"method.request.header.{scheme['name']}",
        "identityValidationExpression": described.get("identityValidationExpression", ""),
    }
    lasting = described.get("authorizerResultTtlInSeconds")
    _, _, body = apigateway_v1._create_authorizer(
        api_id, parts | ({} if lasting is None else {"authorizerResultTtlInSeconds": lasting})
    )
    return str(json.loads(body)["id"])
