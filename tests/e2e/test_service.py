"""What the service tells about itself: health, documentation, public keys."""

from tests.e2e import jose
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.support.owners import Owner


def deployed_routes(deployment: Deployment) -> set[tuple[str, str]]:
    """Return method and path of every route that API Gateway serves."""
    gateway = deployment.aws_client("apigateway")
    resources = gateway.get_resources(restApiId=deployment.aws.physical_id("Api"), limit=500)["items"]
    return {
        (method, resource["path"]) for resource in resources for method in resource.get("resourceMethods", {})
    }


def test_health_is_green(service: HttpService) -> None:
    answer = service.get("/health")
    assert answer.status == 200
    assert answer.json == {"status": "ok"}


def test_openapi_document_lists_exactly_the_deployed_routes(
    service: HttpService, deployment: Deployment
) -> None:
    answer = service.get("/openapi.json")
    assert answer.status == 200
    documented = {path: {method.upper() for method in item} for path, item in answer.json["paths"].items()}
    # The files of the console are for people alone.
    deployed = {(method, path) for method, path in deployed_routes(deployment) if "/console" not in path}
    assert documented.keys() == {path for _, path in deployed}
    assert all(method == "ANY" or method in documented[path] for method, path in deployed)
    for path, methods in documented.items():
        options = service.request("OPTIONS", path.replace("{", "").replace("}", ""))
        if path.startswith("/operator/"):
            assert options.code == "not-found"  # to all that is not signed
            continue
        expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        assert set(options.headers["allow"].split(", ")) == expected, path


def test_docs_is_swagger_ui_complete_in_one_page(service: HttpService) -> None:
    answer = service.get("/docs")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "SwaggerUIBundle(" in answer.text
    assert "/organizations/{organization}" in answer.text
    assert "<script src=" not in answer.text
    assert "<link " not in answer.text


def test_token_verifies_with_the_published_key_alone(service: HttpService, owner: Owner) -> None:
    header = jose.header_of(owner.token)
    assert header["alg"] == "EdDSA"
    assert header["typ"] == "at+jwt"
    keys = {key["kid"]: key for key in service.get("/.well-known/jwks.json").json["keys"]}
    assert "d" not in keys[header["kid"]]

    jose.verify(owner.token, keys[header["kid"]])

    claims = jose.claims_of(owner.token)
    assert claims["org_id"] == owner.id
    assert claims["org"] == owner.slug
    assert claims["exp"] - claims["iat"] == 900
