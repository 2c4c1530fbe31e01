"""Each function may do what its job needs and nothing else."""

from typing import Any

import pytest

from cli import roles
from tests.contract import sam_template
from tests.contract.sam_template import Resource

Statement = dict[str, Any]

FUNCTIONS = sam_template.of_type("AWS::Lambda::Function")
ROLES = sam_template.of_type("AWS::IAM::Role")
MANAGED_POLICIES = sam_template.of_type("AWS::IAM::ManagedPolicy")
SIGNING_KEY = {"Ref": "SigningKeySecret"}
RECEIPT_KEY = {"Ref": "ReceiptKeySecret"}
CLUSTERS = {"Ref": "MongoDBClustersSecretArn"}
REACHING_CLUSTERS = {role.kind for role in roles.ROLES if role.tenants or role.cluster}
KIND_OF = {function: role.kind for role in roles.ROLES for function in role.functions}
# Of a kind that reaches them, with functions that do.
WITHOUT_TENANTS = {"GetOrganizationFunction", "RolloutsFunction"}
# AWS defines no resources for these actions: https://docs.aws.amazon.com/service-authorization/
WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# Those of the policy AWSLambdaVPCAccessExecutionRole, which takes them on every resource:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html
OF_NETWORK_INTERFACES = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_of(document: Resource) -> list[Statement]:
    """List the statements of a policy, with conditional ones as if their condition held."""
    statements = []
    for statement in as_list(document["Statement"]):
        _, when_true, _ = statement.get("Fn::If", (None, statement, None))
        statements.append(when_true)
    return statements


def role_of(function: str) -> str:
    role, attribute = FUNCTIONS[function]["Role"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(role)


def granted_to(function: str) -> list[Statement]:
    role = ROLES[role_of(function)]
    documents = [policy["PolicyDocument"] for policy in role["Policies"]]
    documents += [MANAGED_POLICIES[arn["Ref"]]["PolicyDocument"] for arn in role["ManagedPolicyArns"]]
    return [statement for document in documents for statement in statements_of(document)]


def actions_on(function: str, resource: Any) -> set[str]:
    return {
        action
        for statement in granted_to(function)
        if resource in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }


def mongodb_uris(function: str) -> list[Resource]:
    """Return the secret with the connection string of the function's MongoDB role, if it has one."""
    kind = KIND_OF.get(sam_template.function_directories()[function])
    if kind is None:
        return []
    name = f"{kind.title()}MongoDBUri"
    return [{"Fn::If": [f"Has{name}", {"Ref": f"{name}SecretArn"}, {"Ref": "MongoDBUriSecretArn"}]}]


ALL_STATEMENTS = [
    pytest.param(statement, id=f"{function}-{number}")
    for function in sorted(FUNCTIONS)
    for number, statement in enumerate(granted_to(function))
]


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [role_of(function) for function in FUNCTIONS]
    assert len(set(roles)) == len(FUNCTIONS)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_only_lambda_assumes_the_role(function: str) -> None:
    (statement,) = ROLES[role_of(function)]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("statement", ALL_STATEMENTS)
def test_no_statement_holds_a_wildcard(statement: Statement) -> None:
    actions = set(as_list(statement["Action"]))
    assert not any("*" in action for action in actions)
    is_of_one_sender = "ses:FromAddress" in statement.get("Condition", {}).get("StringEquals", {})
    of_lambda = actions in (WITHOUT_RESOURCES, OF_NETWORK_INTERFACES)
    assert "*" not in str(statement["Resource"]) or of_lambda or is_of_one_sender
    assert "NotAction" not in statement
    assert "NotResource" not in statement


def test_login_and_refresh_read_the_signing_key_and_rotation_replaces_it() -> None:
    allowed = {function: actions_on(function, SIGNING_KEY) for function in FUNCTIONS}
    assert {function: actions for function, actions in allowed.items() if actions} == {
        "LoginFunction": {"secretsmanager:GetSecretValue"},
        "RefreshFunction": {"secretsmanager:GetSecretValue"},
        "RotateSigningKeyFunction": {
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        },
    }


def test_every_function_but_those_of_pages_has_a_mongodb_role() -> None:
    assert set(KIND_OF) == set(sam_template.function_directories().values()) - {"console", "docs"}


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_reads_exactly_the_secrets_that_its_environment_names(function: str) -> None:
    environment = sam_template.environment(function)
    readable = [
        secret
        for statement in granted_to(function)
        if "secretsmanager:GetSecretValue" in as_list(statement["Action"])
        for secret in as_list(statement["Resource"])
    ]
    names = (
        *("SIGNING_KEY_SECRET_ARN", "RECEIPT_KEY_SECRET_ARN"),
        *("MONGODB_URI_SECRET_ARN", "MONGODB_CLUSTERS_SECRET_ARN"),
    )
    named = [environment[name] for name in names if name in environment]
    connection_strings = [secret for secret in named if secret not in (SIGNING_KEY, RECEIPT_KEY, CLUSTERS)]
    assert (RECEIPT_KEY in named) is (function == "ReconcileFunction")
    assert connection_strings == mongodb_uris(function)
    kind = KIND_OF.get(sam_template.function_directories()[function])
    assert (CLUSTERS in named) == (kind in REACHING_CLUSTERS and function not in WITHOUT_TENANTS)
    assert sorted(readable, key=str) == sorted(named, key=str)


@pytest.mark.parametrize("kind", sorted(set(KIND_OF.values())))
def test_the_connection_string_of_a_kind_of_function_takes_precedence(kind: str) -> None:
    name = f"{kind.title()}MongoDBUri"
    condition = sam_template.template()["Conditions"][f"Has{name}"]
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": f"{name}SecretArn"}, ""]}]}
    assert sam_template.template()["Parameters"][f"{name}SecretArn"]["Default"] == ""


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_writes_to_its_own_log_group_only(function: str) -> None:
    group = FUNCTIONS[function]["LoggingConfig"]["LogGroup"]["Ref"]
    writing = [statement for statement in granted_to(function) if "logs:" in str(statement["Action"])]
    assert [statement["Resource"] for statement in writing] == [{"Fn::GetAtt": [group, "Arn"]}]
    assert actions_on(function, {"Fn::GetAtt": [group, "Arn"]}) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def test_functions_share_no_log_group() -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in FUNCTIONS.values()]
    assert len(set(groups)) == len(FUNCTIONS)


def test_events_go_to_this_bus_from_the_function_that_publishes_them() -> None:
    bus = {"Fn::GetAtt": ["EventBus", "Arn"]}
    allowed = {function: actions_on(function, bus) for function in FUNCTIONS}
    assert {function: actions for function, actions in allowed.items() if actions} == {
        "PublishEventsFunction": {"events:PutEvents"}
    }
    putting = [
        statement
        for function in FUNCTIONS
        for statement in granted_to(function)
        if "events:" in str(statement["Action"])
    ]
    assert [statement["Resource"] for statement in putting] == [bus]
    assert sam_template.environment("PublishEventsFunction")["EVENT_BUS"] == {"Ref": "EventBus"}


def test_functions_are_called_by_this_api_this_secret_and_these_schedules_only() -> None:
    for permission in sam_template.of_type("AWS::Lambda::Permission").values():
        source = str(permission["SourceArn"])
        if permission["Principal"] == "secretsmanager.amazonaws.com":
            assert permission["SourceArn"] == SIGNING_KEY
            assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
        elif permission["Principal"] == "events.amazonaws.com":
            schedule, _ = permission["SourceArn"]["Fn::GetAtt"]
            assert schedule in {
                "MeasureUsageFunctionEveryFiveMinutes",
                "MoveOrganizationFunctionEveryMinute",
                "PublishEventsFunctionEveryMinute",
                "ReconcileFunctionEveryFiveMinutes",
                "RollOutFunctionEveryMinute",
                "SendMailFunctionEveryMinute",
            }
            assert permission["FunctionName"] == {"Ref": f"{schedule.partition('Every')[0]}Aliaslive"}
        else:
            assert permission["Principal"] == "apigateway.amazonaws.com"
            if permission["FunctionName"] == {"Ref": "AuthorizeFunctionAliaslive"}:
                assert source.endswith(":${AWS::AccountId}:*/authorizers/*'}")  # of any API of the account
                continue
            assert "{'__ApiId__': {'Ref': 'Api'}" in source


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_environment_holds_no_secret(function: str) -> None:
    environment = sam_template.environment(function)
    assert environment["MONGODB_URI"] == ""
    assert environment.get("SIGNING_KEY_SECRET_ARN", SIGNING_KEY) == SIGNING_KEY
    assert "{{resolve:" not in str(environment)
