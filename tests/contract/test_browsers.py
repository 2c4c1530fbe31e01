"""What template.yaml says about pages in browsers: whose they may be, and what API Gateway answers them."""

import re
from typing import Any, Final

import pytest

from local.cli import ORIGINS
from tenantry.http import cors
from tests.contract import sam_template
from tests.contract.deployed_template import deployed

TEMPLATE: Final = sam_template.translation()
PARAMETER: Final = TEMPLATE["Parameters"]["AllowedOrigins"]
API: Final = sam_template.of_type("AWS::ApiGateway::RestApi")["Api"]["Body"]
RESPONSES: Final = "x-amazon-apigateway-gateway-responses"
PREFIX: Final = "gatewayresponse.header."
FIRST: Final = {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]}]}


def fields(parameters: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the header fields of each of API Gateway's own answers in a deployment."""
    api = deployed(TEMPLATE, parameters)["Resources"]["Api"]["Properties"]["Body"]
    return {
        name: {field.removeprefix(PREFIX): value for field, value in response["responseParameters"].items()}
        for name, response in api[RESPONSES].items()
    }


@pytest.mark.parametrize("function", sorted(set(sam_template.routes().values())))
def test_every_function_with_routes_knows_the_origins(function: str) -> None:
    assert sam_template.environment(function)["ALLOWED_ORIGINS"] == {"Ref": "AllowedOrigins"}


@pytest.mark.parametrize("path", sorted(API["paths"]))
def test_preflight_needs_a_signature_on_the_operators_routes_and_nothing_elsewhere(path: str) -> None:
    assert "security" not in API
    assert "options" not in API["paths"][path]
    security = API["paths"][path][sam_template.ANY_METHOD].get("security")
    assert security == ([{"AWS_IAM": []}] if path.startswith(cors.OPERATOR) else None)


def test_by_default_no_origin_is_allowed() -> None:
    assert PARAMETER["Default"] == ""
    for name, sent in fields({}).items():
        assert not {field for field in sent if field.startswith("Access-Control-")}, name
        assert "Vary" not in sent


def test_answers_of_api_gateway_name_the_first_origin_whoever_asks() -> None:
    """API Gateway repeats a field of the request or a constant; it compares nothing."""
    for name, sent in fields({"AllowedOrigins": "https://a.example,https://b.example"}).items():
        shared = {field: value for field, value in sent.items() if field.startswith("Access-Control-")}
        assert shared == {
            "Access-Control-Allow-Origin": {"Fn::Join": ["", ["'", FIRST, "'"]]},
            "Access-Control-Expose-Headers": f"'{cors.RESPONSE_FIELDS}'",
        }, name
        assert sent["Vary"] == "'Origin'"
        assert "method.request" not in str(sent)


@pytest.mark.parametrize(
    "origins",
    [
        "",
        "https://app.example.com",
        "https://app.example.com:8443",
        "http://localhost:5173,http://127.0.0.1:3000,https://xn--bcher-kva.example",
    ],
)
def test_origins_are_taken(origins: str) -> None:
    assert re.fullmatch(PARAMETER["AllowedPattern"], origins)


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "null",
        "https://*",
        "https://*.example.com",
        "http://app.example.com",
        "http://localhost.evil.com",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com, https://b.example",
        "https://app.example.com https://b.example",
        "https://app.example.com,null",
        "https://user@app.example.com",
        "https://app.example.com'",
        "app.example.com",
        ",",
    ],
)
def test_what_no_browser_sends_or_anybody_could_is_refused(origins: str) -> None:
    assert not re.fullmatch(PARAMETER["AllowedPattern"], origins)


def test_make_run_takes_what_the_template_takes() -> None:
    assert ORIGINS.pattern == PARAMETER["AllowedPattern"]
