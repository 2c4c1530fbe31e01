"""What one client may send, what all may send together, and that no spelling of a path escapes."""

import json
import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.registry.names import RESERVED_SLUGS
from tests.contract import sam_template
from tests.contract.firewall import matches
from tests.contract.sam_template import PROJECT, Route

TEMPLATE = sam_template.template()
ACL = sam_template.of_type("AWS::WAFv2::WebACL")["RateLimits"]
RULES: Final = {rule["Name"]: rule["Statement"]["RateBasedStatement"] for rule in ACL["Rules"]}
FOR_SOME_ROUTES = {"Passwords", "WithoutToken"}
(STAGE,) = sam_template.of_type("AWS::ApiGateway::Stage").values()
OPENAPI: Final = json.loads((PROJECT / "functions/docs/openapi.json").read_text())["paths"]
BASES = [
    "/v1",
    "",
    "/base",
    "/two/levels",
]  # stage; custom domains without, with short and with long base path


def needs_token(route: Route) -> bool:
    """Tell whether API Gateway or the function refuses a request that carries neither token nor signature."""
    described = OPENAPI.get(route.path, {}).get(route.method.lower(), {})
    return bool(described.get("security")) and {} not in described["security"]


WITHOUT_TOKEN = sorted(route for route in sam_template.routes() if not needs_token(route))
PASSWORDS = {
    Route("POST", "/login"),
    Route("POST", "/login/confirm"),
    Route("POST", "/organizations"),
    Route("PUT", "/account/password"),
    Route("POST", "/account/password-reset"),
    Route("POST", "/account/password-reset/complete"),
    Route("POST", "/account/email-change"),
    Route("POST", "/invitations/accept"),
}
SIGNED = {route for route in sam_template.routes() if route.path.startswith("/operator/")}
# One view of a page is dozens of small files, and an office of people has one address.
FILES = {Route("GET", "/console"), Route("GET", "/console/{file+}")}
LIMITED = sorted({*WITHOUT_TOKEN, *PASSWORDS} - SIGNED - FILES)
OTHERS = sorted(set(sam_template.routes()) - set(LIMITED))
NAMES = sorted({segment for route in sam_template.routes() for segment in route.path.split("/") if segment})


def rules_for(path: str) -> set[str]:
    return {
        name for name, content in RULES.items() if matches({"RateBasedStatement": content}, path)
    } & FOR_SOME_ROUTES


def rule_of(route: Route) -> str:
    return "Passwords" if route in PASSWORDS else "WithoutToken"


def as_api_gateway_reads(path: str) -> str:
    """Return the canonical form of a path, whatever API Gateway may take for another spelling of it."""
    kept: list[str] = []
    for segment in re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), path).split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    return "/" + "/".join(kept)


@st.composite
def spellings(draw: st.DrawFn, path: str) -> str:
    """Spell a path with percent signs, and segments that are dropped."""
    dropped = st.sampled_from(["", "/", "//", "/.", "/%2e", "/x/..", "/x/%2E.", "/%2F"])
    spelled = draw(st.sampled_from(["", "/", "/..", "/../..", "/%2e%2e/x/.."]))
    for segment in path.removeprefix("/").split("/"):
        letters = [
            draw(st.sampled_from([letter, f"%{ord(letter):02x}", f"%{ord(letter):02X}"]))
            for letter in segment
        ]
        spelled += draw(dropped) + draw(st.sampled_from(["/", "//", "/./"])) + "".join(letters)
    return spelled + draw(st.sampled_from(["", "/", "//", "/.", "/./", "/x/..", "%2F", "/%2e"]))


@given(st.data(), st.sampled_from(LIMITED), st.sampled_from(BASES))
def test_every_spelling_of_a_route_without_a_token_is_counted(
    data: st.DataObject, route: Route, base: str
) -> None:
    sent = data.draw(spellings(base + route.path))
    assert as_api_gateway_reads(sent) == base + route.path
    assert rules_for(sent) == {rule_of(route)}


@pytest.mark.parametrize(
    "sent",
    [
        "/v1/login",
        "/v1/login/",
        "/v1/%6Cogin",
        "//v1//login",
        "/v1/./login",
        "/login",
        "/base/login",
        "/../v1/login",
    ],
)
def test_known_spellings_of_login_are_counted(sent: str) -> None:
    assert rules_for(sent) == {"Passwords"}


@pytest.mark.parametrize("route", OTHERS)
@pytest.mark.parametrize("base", BASES)
def test_no_limit_for_routes_without_a_token_touches_another(route: Route, base: str) -> None:
    path = base + route.path.replace("{organization}", "google").replace("{session}", "ses_1").replace(
        "{invitation}", "inv_1"
    )
    # The names of these are not reserved ones, as those of organizations are.
    path = path.replace("{rollout}", "by-date").replace("{file+}", "index.html").replace("{key}", "key_1")
    assert [name for name in NAMES if rules_for(re.sub(r"\{\w+\}", name, path))] == []


def test_no_organization_is_taken_for_a_route() -> None:
    assert {name for name in NAMES if rules_for(f"/organizations/{name}")} <= RESERVED_SLUGS | {
        "openapi.json"
    }


def test_some_limit_holds_for_everything_else() -> None:
    assert RULES.keys() - FOR_SOME_ROUTES == {"Everything"}
    assert "ScopeDownStatement" not in RULES["Everything"]


def test_a_source_is_the_address_that_api_gateway_sees() -> None:
    assert {content["AggregateKeyType"] for content in RULES.values()} == {"IP"}
    endpoint = sam_template.of_type("AWS::ApiGateway::RestApi")["Api"]["EndpointConfiguration"]
    assert endpoint == {"Types": ["REGIONAL"]}  # IPv4 alone: of IPv6, one client has 2^64 addresses


def test_what_is_over_a_limit_is_refused() -> None:
    assert ACL["DefaultAction"] == {"Allow": {}}
    assert [rule["Action"] for rule in ACL["Rules"]] == [{"Block": {}}] * len(RULES)


def test_limits_of_sources_are_on_unless_the_operator_turns_them_off() -> None:
    assert TEMPLATE["Parameters"]["WebAcl"]["Default"] == "true"
    assert TEMPLATE["Conditions"]["HasWebAcl"] == {
        "Fn::And": [{"Condition": "IsOnAws"}, {"Fn::Equals": [{"Ref": "WebAcl"}, "true"]}]
    }
    (association,) = sam_template.of_type("AWS::WAFv2::WebACLAssociation").values()
    assert association["WebACLArn"] == {"Fn::GetAtt": ["RateLimits", "Arn"]}
    assert f"/restapis/${{Api}}/stages/{STAGE['StageName']}" in str(association["ResourceArn"])
    resources = sam_template.stack()
    assert {resources[name]["Condition"] for name in ("RateLimits", "RateLimitsAssociation")} == {"HasWebAcl"}


def test_limits_of_the_stage_are_of_methods_that_are_deployed() -> None:
    limited = {
        (setting["HttpMethod"], setting["ResourcePath"].replace("~1", "/"))
        for setting in STAGE["MethodSettings"]
    }
    deployed = {(route.method, "/" + route.path) for route in sam_template.deployed_routes()}
    assert limited - deployed == {("*", "/*")}


def test_no_few_sources_use_up_what_all_share() -> None:
    shared = {setting["ResourcePath"]: setting["ThrottlingRateLimit"] for setting in STAGE["MethodSettings"]}
    per_second = {name: content["Limit"] / content["EvaluationWindowSec"] for name, content in RULES.items()}
    assert shared["/*"] >= 20 * per_second["Everything"]
    assert shared["/*"] >= 500 * per_second["WithoutToken"]
    for route in PASSWORDS:
        assert shared["/" + route.path.replace("/", "~1")] >= 300 * per_second["Passwords"]
