"""What the template looks like with a domain name of its own, and without one."""

import re
from typing import Any

import pytest

from tests.contract import sam_template
from tests.contract.deployed_template import deployed
from tests.contract.firewall import matches

TEMPLATE = sam_template.translation()
DOMAIN = {
    "DomainName": "api.example.com",
    "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
}
ZONE = {"HostedZoneId": "Z0123456789ABCDEFGHIJ"}
BASE = {"BasePath": "tenants/v1"}
DEFAULT_URL = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/v1"


def with_parameters(*parameters: dict[str, str]) -> dict[str, Any]:
    return deployed(TEMPLATE, {name: value for each in parameters for name, value in each.items()})


def output(template: dict[str, Any], name: str) -> str:
    """Return the value of an output, with the parameters that it names."""
    values = {
        name: str(each["Default"]) for name, each in template["Parameters"].items() if "Default" in each
    }
    text = template["Outputs"][name]["Value"]["Fn::Sub"]
    return re.sub(r"\$\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def endpoint_is_disabled(template: dict[str, Any]) -> bool:
    (server,) = template["Resources"]["Api"]["Properties"]["Body"]["servers"]
    return bool(server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"])


@pytest.mark.parametrize("parameters", [{}, {"Stage": "local"} | DOMAIN | ZONE | BASE], ids=["none", "local"])
def test_without_a_domain_there_is_the_default_endpoint(parameters: dict[str, str]) -> None:
    template = with_parameters(parameters)
    assert not {"Domain", "DomainMapping", "DomainRecord"} & template["Resources"].keys()
    assert not endpoint_is_disabled(template)
    assert output(template, "ApiUrl") == DEFAULT_URL
    assert output(template, "DocsUrl") == f"{DEFAULT_URL}/docs"
    assert "DomainTarget" not in template["Outputs"]


def test_a_domain_serves_the_stage_over_tls_1_2() -> None:
    resources = with_parameters(DOMAIN)["Resources"]
    assert resources["Domain"]["Properties"] == {
        "DomainName": {"Ref": "DomainName"},
        "RegionalCertificateArn": {"Ref": "CertificateArn"},
        "EndpointConfiguration": {"Types": ["REGIONAL"]},
        "SecurityPolicy": "TLS_1_2",
    }
    assert resources["DomainMapping"]["DependsOn"] == "Apiv1Stage"
    assert resources["DomainMapping"]["Properties"] == {
        "DomainName": {"Ref": "Domain"},
        "ApiId": {"Ref": "Api"},
        "Stage": resources["Apiv1Stage"]["Properties"]["StageName"],
    }


def test_a_domain_turns_the_default_endpoint_off() -> None:
    assert endpoint_is_disabled(with_parameters(DOMAIN))


def test_every_deployment_publishes_the_api_since_parameters_change_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = set()
    for now in (1_800_000_000, 1_800_000_060):
        monkeypatch.setattr("samtranslator.model.apigateway.time.time", lambda now=now: now)
        stage = sam_template.transformed(sam_template.template())["Apiv1Stage"]["Properties"]
        published.add(stage["DeploymentId"]["Ref"])
    assert len(published) == 2


def test_the_record_is_made_in_a_zone_that_is_given_and_nowhere_else() -> None:
    assert "DomainRecord" not in with_parameters(DOMAIN)["Resources"]
    assert "DomainRecord" not in with_parameters(ZONE)["Resources"]
    assert with_parameters(DOMAIN, ZONE)["Resources"]["DomainRecord"]["Properties"] == {
        "HostedZoneId": {"Ref": "HostedZoneId"},
        "Name": {"Ref": "DomainName"},
        "Type": "A",  # without AAAA, as the API itself
        "AliasTarget": {
            "DNSName": {"Fn::GetAtt": ["Domain", "RegionalDomainName"]},
            "HostedZoneId": {"Fn::GetAtt": ["Domain", "RegionalHostedZoneId"]},
        },
    }


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        (DOMAIN, "https://api.example.com"),
        (DOMAIN | BASE, "https://api.example.com/tenants/v1"),
        (BASE, DEFAULT_URL),
    ],
)
def test_outputs_are_where_the_api_is(parameters: dict[str, str], url: str) -> None:
    template = with_parameters(parameters)
    assert output(template, "ApiUrl") == url
    assert output(template, "DocsUrl") == f"{url}/docs"


def test_a_base_path_is_mapped() -> None:
    mapping = with_parameters(DOMAIN, BASE)["Resources"]["DomainMapping"]["Properties"]
    assert mapping["ApiMappingKey"] == {"Ref": "BasePath"}


def test_the_firewall_is_before_the_domain_as_well() -> None:
    """It is associated with the stage that the domain serves, and its rules know the base path."""
    resources = with_parameters(DOMAIN, BASE)["Resources"]
    association = resources["RateLimitsAssociation"]["Properties"]["ResourceArn"]["Fn::Sub"]
    assert association.endswith(
        f"/restapis/${{Api}}/stages/{resources['DomainMapping']['Properties']['Stage']}"
    )
    passwords = resources["RateLimits"]["Properties"]["Rules"][0]["Statement"]
    assert matches(passwords, "/tenants/v1/login")


@pytest.mark.parametrize("base", ["tenants", "operators", "operator/v1", "operator", "a/operator"])
def test_sign_ups_are_limited_behind_every_base_path_that_is_taken(base: str) -> None:
    template = sam_template.template()
    is_taken = re.fullmatch(template["Parameters"]["BasePath"]["AllowedPattern"], base) is not None
    passwords = template["Resources"]["RateLimits"]["Properties"]["Rules"][0]["Statement"]
    assert matches(passwords, f"/{base}/organizations") or not is_taken


@pytest.mark.parametrize(
    ("name", "needed"),
    [("DomainName", "CertificateArn"), ("BasePath", "DomainName"), ("HostedZoneId", "DomainName")],
)
def test_what_needs_another_parameter_is_refused_without_it(name: str, needed: str) -> None:
    rules = [
        rule
        for rule in sam_template.template()["Rules"].values()
        if rule.get("RuleCondition") == {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]}
    ]
    assert [assertion["Assert"] for rule in rules for assertion in rule["Assertions"]] == [
        {"Fn::Not": [{"Fn::Equals": [{"Ref": needed}, ""]}]}
    ]


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        (
            "DomainName",
            ["", "api.example.com"],
            ["API.example.com", "https://a.example", "localhost", "a..b"],
        ),
        (
            "BasePath",
            ["", "tenants", "tenants/v1", "a.b_c-d", "operators", "operator/v1"],
            ["/a", "a/", "a//b", "a/b/c", "..", "a/..", "ä", "%61", "operator", "a/operator"],
        ),
        ("HostedZoneId", ["", "Z0123456789ABCDEFGHIJ"], ["/hostedzone/Z01", "example.com"]),
        (
            "CertificateArn",
            ["", DOMAIN["CertificateArn"]],
            ["certificate/1", "arn:aws:iam::123456789012:role/x"],
        ),
    ],
)
def test_values_have_the_form_that_aws_takes(name: str, taken: list[str], refused: list[str]) -> None:
    pattern = re.compile(sam_template.template()["Parameters"][name]["AllowedPattern"])
    assert [value for value in [*taken, *refused] if pattern.fullmatch(value)] == taken
