"""The template is one that CloudFormation takes, whatever its parameters say.

A combination of parameters can break it in two ways. What exists in one alone is named by what exists in
another: this is looked for in every combination of the parameters that decide what exists. Or a value that is
chosen is wrong by itself: each is chosen in one of few combinations, which cfn-lint looks at.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]

from tests.contract import sam_template
from tests.contract.deployed_template import References, Template, conditions, deployed, named

SECRET: Final = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tenantry-a1B2c3"
TEMPLATE: Final = sam_template.translation()
OTHER_VALUES: Final[dict[str, Any]] = {
    "Stage": "local",
    "WebAcl": "false",
    "ApiGatewayAccount": "false",
    "AlarmEmail": "operator@example.com",
    "AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
    "MongoDBClustersSecretArn": SECRET,
    "AllowedOrigins": "https://app.example.com,http://localhost:5173",
    "TokenIssuer": "https://api.example.com",
    "DomainName": "api.example.com",
    "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/0b9c5f2e-7d6a-4e3f-8c1b",
    "BasePath": "tenants/v1",
    "HostedZoneId": "Z0123456789ABCDEFGHIJ",
    "SubnetIds": "subnet-0a1b2c3d4e5f60718,subnet-18071f6e5d4c3b2a0",
    "SecurityGroupIds": "sg-0a1b2c3d4e5f60718",
    "ReservedConcurrency": 10,
    "DeploymentPreference": "Canary10Percent10Minutes",
    "MongoDBUriKmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/0b9c5f2e-7d6a-4e3f-8c1b-2a3d4e5f6071",
    "SecretsExtensionLayerArn": "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets:4",
} | {
    name: SECRET
    for name in TEMPLATE["Parameters"]
    if name.endswith("MongoDBUriSecretArn") and name != "MongoDBUriSecretArn"
}
REQUIRED: Final = {"MongoDBUriSecretArn": SECRET}


def parameters_of(condition: Any) -> set[str]:
    """Return the parameters that a condition looks at."""
    if isinstance(condition, list):
        return {name for part in condition for name in parameters_of(part)}
    if not isinstance(condition, dict):
        return set()
    ((function, argument),) = condition.items()
    if function == "Ref":
        return {argument}
    return parameters_of(TEMPLATE["Conditions"][argument] if function == "Condition" else argument)


def deciding() -> list[str]:
    """Return the parameters that decide what exists; the others choose between values."""
    existing = [*TEMPLATE["Resources"].values(), *TEMPLATE["Outputs"].values()]
    conditions = {entry["Condition"] for entry in existing if "Condition" in entry}
    return sorted(parameters_of([{"Condition": name} for name in conditions]))


def combinations(names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield every choice between the default and the other value of each parameter."""
    for choice in product((False, True), repeat=len(names)):
        yield {name: OTHER_VALUES[name] for name, chosen in zip(names, choice, strict=True) if chosen}


def test_both_values_of_every_condition_are_tried() -> None:
    decided = parameters_of(list(TEMPLATE["Conditions"].values()))
    assert decided | {"SecurityGroupIds", "CertificateArn"} == OTHER_VALUES.keys()
    assert {"ApiGatewayAccount", "Stage", "WebAcl"} <= set(deciding())


def test_nothing_names_what_does_not_exist() -> None:
    choosing = {name: value for name, value in OTHER_VALUES.items() if name not in deciding()}
    references = References(TEMPLATE)
    for parameters in combinations(deciding()):
        for values in ({}, choosing):
            assert references.missing(conditions(TEMPLATE, parameters | values)) == set(), parameters


@pytest.mark.parametrize("parameters", [{}, OTHER_VALUES], ids=["defaults", "others"])
def test_each_value_that_is_chosen_is_correct(parameters: dict[str, Any]) -> None:
    template = sam_template.translated(sam_template.template(), parameters)
    assert complaints(deployed(template, REQUIRED | parameters)) == []


def complaints(template: Template) -> list[str]:
    """Return what cfn-lint says, except that conditions or the SAM transform alone use something."""
    matches = lint(json.dumps(template), regions=["us-east-1"])
    return [
        f"{match.rule.id} {match.message}" for match in matches if match.rule.id not in {"W2001", "W7001"}
    ]


def test_access_log_waits_until_api_gateway_may_write_it() -> None:
    resources = deployed(TEMPLATE, {})["Resources"]
    waiting, waited_for = {"Apiv1Stage"}, set[str]()
    while waiting:
        waited_for |= waiting
        waiting = {
            name for resource in waiting for name in named(resources[resource])
        } & resources.keys() - waited_for
    assert "ApiGatewayAccountSettings" in waited_for
