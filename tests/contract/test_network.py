"""What the template looks like outside and inside of a VPC, and what docs/network.md says of it."""

import re
from typing import Any

import pytest

from tests.contract import sam_template
from tests.contract.deployed_template import deployed
from tests.contract.sam_template import PROJECT
from tests.contract.test_permissions import OF_NETWORK_INTERFACES, as_list, granted_to

SUBNETS = "subnet-0a1b2c3d4e5f60718,subnet-18071f6e5d4c3b2a0"
GROUPS = "sg-0a1b2c3d4e5f60718"
TEMPLATE = sam_template.translation()
OUTSIDE = deployed(TEMPLATE, {})["Resources"]
INSIDE = deployed(TEMPLATE, {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS})["Resources"]
FUNCTIONS = sam_template.function_directories()
# What others do with a function's role, each from a network of its own: Lambda, and Secrets Manager with KMS.
OF_OTHERS = {"ec2", "kms", "logs", "sqs", "xray"}
# An endpoint has the name of the host, which for Amazon SES is another than in policies.
HOSTS = {"ses": "email"}
DOCUMENT = (PROJECT / "docs/network.md").read_text()


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def statements_on_interfaces(resources: dict[str, Any]) -> list[dict[str, Any]]:
    policy = of_type(resources, "AWS::IAM::ManagedPolicy")["LambdaPolicy"]["PolicyDocument"]
    return [statement for statement in policy["Statement"] if "ec2:" in str(statement["Action"])]


def test_no_function_is_in_a_vpc_by_default() -> None:
    functions = of_type(OUTSIDE, "AWS::Lambda::Function")
    assert functions.keys() == FUNCTIONS.keys()
    assert all("VpcConfig" not in function for function in functions.values())
    assert statements_on_interfaces(OUTSIDE) == []
    assert "ec2:" not in str(OUTSIDE)


def test_every_function_is_in_the_subnets_that_are_given() -> None:
    expected = {
        "SubnetIds": {"Fn::Split": [",", {"Ref": "SubnetIds"}]},
        "SecurityGroupIds": {"Fn::Split": [",", {"Ref": "SecurityGroupIds"}]},
    }
    functions = of_type(INSIDE, "AWS::Lambda::Function")
    assert {name: function["VpcConfig"] for name, function in functions.items()} == dict.fromkeys(
        FUNCTIONS, expected
    )


def test_every_role_lets_lambda_make_network_interfaces_and_code_do_nothing_with_them() -> None:
    assert [
        (statement["Effect"], set(statement["Action"]), statement.get("Condition"))
        for statement in statements_on_interfaces(INSIDE)
    ] == [
        ("Allow", OF_NETWORK_INTERFACES, None),
        ("Deny", OF_NETWORK_INTERFACES, {"Null": {"lambda:SourceFunctionArn": "false"}}),
    ]
    for function in of_type(INSIDE, "AWS::Lambda::Function").values():
        role, _ = function["Role"]["Fn::GetAtt"]
        assert {"Ref": "LambdaPolicy"} in INSIDE[role]["Properties"]["ManagedPolicyArns"]


def test_a_vpc_changes_nothing_else() -> None:
    assert INSIDE.keys() == OUTSIDE.keys()
    changed = {name for name in INSIDE if INSIDE[name] != OUTSIDE[name]}
    assert changed == FUNCTIONS.keys() | {"LambdaPolicy"}


@pytest.mark.parametrize("name", ["SubnetIds", "SecurityGroupIds"])
def test_neither_is_given_without_the_other(name: str) -> None:
    (other,) = {"SubnetIds", "SecurityGroupIds"} - {name}
    rules = [
        rule
        for rule in sam_template.template()["Rules"].values()
        if rule.get("RuleCondition") == {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]}
    ]
    (assertion,) = [assertion for rule in rules for assertion in rule["Assertions"]]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": other}, ""]}]}


@pytest.mark.parametrize(
    ("name", "values", "is_taken"),
    [
        ("SubnetIds", ["", SUBNETS, "subnet-0a1b2c3d"], True),
        ("SubnetIds", ["subnet-1,subnet-2", "subnet-0a1b2c3d,", "sg-0a1b2c3d", f"{SUBNETS} "], False),
        ("SecurityGroupIds", ["", GROUPS, f"{GROUPS},sg-0a1b2c3d"], True),
        ("SecurityGroupIds", ["default", f"{GROUPS}, {GROUPS}", SUBNETS], False),
    ],
)
def test_ids_have_the_form_of_ids(name: str, values: list[str], is_taken: bool) -> None:
    pattern = sam_template.template()["Parameters"][name]["AllowedPattern"]
    assert [value for value in values if (re.fullmatch(pattern, value) is not None) != is_taken] == []


def called_by(function: str) -> set[str]:
    """Return the services that the code of a function calls, as its role allows."""
    actions = [
        action
        for statement in granted_to(function)
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    ]
    services = {action.partition(":")[0] for action in actions} - OF_OTHERS
    return {HOSTS.get(service, service) for service in services}


def documented() -> dict[str, set[str]]:
    """Return the functions for which the document asks for each endpoint."""
    rows = re.findall(r"^\| `com\.amazonaws\.REGION\.(\w+)` \| [^|]+ \| (.+) \|$", DOCUMENT, re.MULTILINE)
    every = set(FUNCTIONS.values())
    return {
        endpoint: every - set(functions.removeprefix("all but ").split(", "))
        if functions.startswith("all but ")
        else set(functions.split(", "))
        for endpoint, functions in rows
    }


def test_document_asks_for_the_endpoints_that_functions_call() -> None:
    expected: dict[str, set[str]] = {}
    for function, directory in FUNCTIONS.items():
        for endpoint in called_by(function):
            expected.setdefault(endpoint, set()).add(directory)
    assert documented() == expected


def test_what_the_document_adds_up_is_what_aws_bills() -> None:
    """An hour of each, as the document quotes it, times 730; endpoints in two zones."""
    gateway, address, endpoint = 0.045, 0.005, 0.01
    assert all(f"${price}" in DOCUMENT for price in (gateway, address, endpoint))
    nat, two_zones = 730 * (gateway + address), 730 * 2 * endpoint
    for cost in (nat, 2 * nat, two_zones, 2 * two_zones, 3 * two_zones, 4 * two_zones, 5 * two_zones):
        assert f"${cost:.2f}" in DOCUMENT
