"""What docs/production.md tells an operator to type exists, and its numbers are the stack's."""

import json
import re
import shutil
import subprocess
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import pytest
import typer.main

from cli.app import app
from cli.roles import ROLES
from tests.contract import sam_template
from tests.contract.deployed_template import deployed
from tests.contract.sam_template import PROJECT

DOCUMENT = (PROJECT / "docs/production.md").read_text()
QUOTAS = DOCUMENT.partition("\n## Quotas\n")[2]
BASH = shutil.which("bash") or "bash"
BLOCKS = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
OTHERS_WITH_A_VALUE = {"Key", "Values"}  # of a filter of the AWS CLI
CONNECTIONS_OF_ENVIRONMENT = 2  # to the primary: docs/scaling.md


def on_aws() -> dict[str, Any]:
    """Return the template as it is deployed with an address for alarms."""
    source = sam_template.translation()
    return deployed(source, {"Stage": "prod", "AlarmEmail": "ops@example.com"})


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_commands_are_what_bash_reads(number: int) -> None:
    subprocess.run([BASH, "-n"], input=BLOCKS[number], text=True, check=True)


def test_parameters_exist() -> None:
    named = set(re.findall(r"(?<![\w$])([A-Z][a-z]\w+)=(?![,=])", DOCUMENT)) - OTHERS_WITH_A_VALUE
    assert {"AlarmEmail", "MailFrom", "AppUrl", "SignUp", "ApiGatewayAccount"} <= named
    assert named <= sam_template.template()["Parameters"].keys()


def test_each_kind_of_function_gets_a_user_of_its_own() -> None:
    (kinds,) = re.findall(r"for kind in (.*); do", DOCUMENT)
    parameters = sam_template.template()["Parameters"]
    suffix = "MongoDBUriSecretArn"
    assert {f"{kind}{suffix}" for kind in kinds.split()} == {
        name for name in parameters if name.endswith(suffix) and name != suffix
    }
    made = {role.kind for role in ROLES}
    assert {kind.lower() for kind in kinds.split()} | {"command_line"} == made
    assert len(made) == 22, "step 4 says how many"
    assert len(kinds.split()) == 21, "step 4 says how many"


def test_resources_and_outputs_exist() -> None:
    template = on_aws()
    assert set(re.findall(r"--logical-resource-id (\w+)", DOCUMENT)) <= template["Resources"].keys()
    assert set(re.findall(r"\$\(output (\w+)\)", DOCUMENT)) <= template["Outputs"].keys()


def test_commands_of_make_and_of_the_command_line_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for target in set(re.findall(r"(?:^|`|&& )make ([a-z-]+)", DOCUMENT, re.MULTILINE)):
        assert f"\n{target}:" in makefile, target
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(re.findall(r"\.venv/bin/tenantry ([a-z][a-z-]*)", DOCUMENT)) <= commands.keys()


def test_operators_policy_opens_the_operators_routes_and_no_other() -> None:
    page = (PROJECT / "docs/operator.md").read_text()
    (policy,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    (statement,) = policy["Statement"]
    patterns = [resource.partition("/v1/")[2] for resource in statement["Resource"]]
    routes = [f"{route.method}{re.sub(r'{[^}]*}', 'a-slug', route.path)}" for route in sam_template.routes()]
    opened = {route for route, pattern in product(routes, patterns) if fnmatchcase(route, pattern)}
    assert opened == {route for route in routes if "/operator/" in route}
    assert len(patterns) == len(opened)


def test_what_stays_when_the_stack_is_deleted_is_named() -> None:
    kept = {
        logical_id
        for logical_id, resource in sam_template.template()["Resources"].items()
        if "Retain" in (resource.get("DeletionPolicy"), resource["Properties"].get("RetentionPolicy"))
    }
    stays = DOCUMENT.partition("\n## 14. The end\n")[2].partition("\n## ")[0]
    assert kept == set(re.findall(r"`([A-Z]\w+)`", stays)) & sam_template.template()["Resources"].keys()


def test_limits_of_cloudformation_are_kept_as_far_as_the_document_says() -> None:
    template = sam_template.translation()
    (told,) = re.findall(r"fewer than (\d+) resources, (\d+) parameters and (\d+) outputs", QUOTAS)
    for section, bound, limit in zip(
        ("Resources", "Parameters", "Outputs"), told, (500, 200, 200), strict=True
    ):
        assert len(template[section]) < int(bound) < limit
    assert len(json.dumps(sam_template.template())) < 1_000_000


def test_roles_policies_and_alarms_are_as_few_as_the_document_says() -> None:
    roles = sam_template.of_type("AWS::IAM::Role").values()
    (told,) = re.findall(
        r"fewer than (\d+) roles, (\d+) managed policies, (\d+) of them for each role", QUOTAS
    )
    counts = (
        len(roles),
        len(sam_template.of_type("AWS::IAM::ManagedPolicy")),
        max(len(role.get("ManagedPolicyArns", ())) for role in roles),
    )
    assert all(count < int(bound) for count, bound in zip(counts, told, strict=True))
    (alarms,) = re.findall(r"5,000 alarms in a region \| fewer than (\d+) \|", QUOTAS)
    assert len(sam_template.of_type("AWS::CloudWatch::Alarm")) < int(alarms)


def test_reserved_concurrency_fits_the_account_and_the_tiers_of_atlas() -> None:
    functions = len(sam_template.of_type("AWS::Lambda::Function"))
    assert f"`ReservedConcurrency` times {functions} functions" in QUOTAS
    assert f"with 1,000, at most {(1000 - 100) // functions}; below {100 + functions}, none at all" in QUOTAS
    environments = [limit // CONNECTIONS_OF_ENVIRONMENT for limit in (1_500, 3_000, 6_000, 16_000)]
    first, second, third, fourth = (f"{number:,}" for number in environments)
    assert f"{first}, {second}, {third}, {fourth} environments" in QUOTAS
    first, second, third, fourth = (str(number // functions) for number in environments)
    assert f"a `ReservedConcurrency` of {first}, {second}, {third}, {fourth}" in QUOTAS


def test_stage_and_functions_keep_below_the_limits_of_api_gateway() -> None:
    (every,) = (
        each
        for each in sam_template.of_type("AWS::ApiGateway::Stage")["Apiv1Stage"]["MethodSettings"]
        if each["ResourcePath"] == "/*"
    )
    rates = f"{every['ThrottlingRateLimit']:,} a second, bursts of {every['ThrottlingBurstLimit']:,}"
    assert f"the stage takes {rates}" in QUOTAS
    functions = sam_template.of_type("AWS::Lambda::Function")
    behind_api = {functions[function]["Timeout"] for function in sam_template.routes().values()}
    assert behind_api == {15}
    assert "end after 15 s" in QUOTAS
