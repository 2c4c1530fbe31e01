"""Every call goes to an alias, which a deployment moves to the version that it publishes."""

from typing import Any

import pytest
from samtranslator.model.preferences.deployment_preference_collection import (  # type: ignore[import-untyped]
    CODEDEPLOY_PREDEFINED_CONFIGURATIONS_LIST,
)

from deploy.release import publish_all
from tests.contract import sam_template
from tests.contract.deployed_template import deployed

PREFERENCE = "Canary10Percent10Minutes"
FUNCTIONS = sorted(sam_template.function_directories())
# Whose files belong together: docs/console.md
AT_ONCE = {"ConsoleFunction"}
SERVING = set(sam_template.routes().values())
BY_CODE_DEPLOY = sam_template.translated(sam_template.template(), {"DeploymentPreference": PREFERENCE})
PREFERENCES = sam_template.template()["Parameters"]["DeploymentPreference"]


def alias_of(function: str) -> dict[str, str]:
    return {"Ref": f"{function}Aliaslive"}


ALIASES = [alias_of(function) for function in FUNCTIONS]


def versions(template: dict[str, Any]) -> dict[str, str]:
    """Return the logical id of each function's version."""
    return {
        resource["Properties"]["FunctionName"]["Ref"]: logical_id
        for logical_id, resource in sam_template.translated(template)["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


def test_every_function_has_one_alias_at_the_version_that_is_published() -> None:
    published = versions(sam_template.template())
    assert sorted(published) == FUNCTIONS
    for function, version in published.items():
        alias = sam_template.of_type("AWS::Lambda::Alias")[f"{function}Aliaslive"]
        assert alias == {
            "Name": "live",
            "FunctionName": {"Ref": function},
            "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
        }
    assert len(sam_template.of_type("AWS::Lambda::Alias")) == len(FUNCTIONS)


def test_permission_is_given_to_callers_of_aliases() -> None:
    permissions = sam_template.of_type("AWS::Lambda::Permission").values()
    assert all(permission["FunctionName"] in ALIASES for permission in permissions)


def test_schedules_call_aliases() -> None:
    targets = [
        target["Arn"]
        for rule in sam_template.of_type("AWS::Events::Rule").values()
        for target in rule["Targets"]
    ]
    assert len(targets) == 6
    assert all(target in ALIASES for target in targets)


def test_secrets_manager_calls_the_alias_of_the_rotation() -> None:
    (rotation,) = sam_template.of_type("AWS::SecretsManager::RotationSchedule").values()
    assert rotation["RotationLambdaARN"] == alias_of("RotateSigningKeyFunction")


def test_retries_of_asynchronous_calls_are_set_for_aliases() -> None:
    configured = sam_template.of_type("AWS::Lambda::EventInvokeConfig").values()
    scheduled = {permission["FunctionName"]["Ref"] for permission in configured}
    assert scheduled == set(FUNCTIONS) - SERVING - {"AuthorizeFunction", "RotateSigningKeyFunction"}
    assert {config["Qualifier"] for config in configured} == {"live"}


def test_a_version_is_deleted_when_its_successor_has_taken_over() -> None:
    policies = {
        resource.get("DeletionPolicy")
        for resource in sam_template.stack().values()
        if resource["Type"] == "AWS::Lambda::Version"
    }
    assert policies == {"Delete"}


def test_a_change_of_the_layer_alone_is_published() -> None:
    changed = sam_template.template()
    changed["Resources"]["CommonLayer"]["Properties"]["Description"] = "Another layer"
    assert set(versions(changed).values()).isdisjoint(versions(sam_template.template()).values())


def test_every_release_publishes_a_version_of_each_function() -> None:
    published = []
    for release in ("release1aa", "release2bb"):
        template = sam_template.template()
        publish_all(template, release)
        published.append(set(versions(template).values()))
    assert [len(ids) for ids in published] == [len(FUNCTIONS)] * 2
    assert published[0].isdisjoint(published[1])


def test_preferences_are_those_that_sam_knows() -> None:
    assert PREFERENCES["AllowedValues"][0] == PREFERENCES["Default"] == "AllAtOnce"
    assert sorted(PREFERENCES["AllowedValues"]) == sorted(CODEDEPLOY_PREDEFINED_CONFIGURATIONS_LIST)
    by_code_deploy = {
        name: mapping["ByCodeDeploy"]
        for name, mapping in sam_template.template()["Mappings"]["DeploymentPreferences"].items()
    }
    assert by_code_deploy == {
        name: "false" if name == "AllAtOnce" else "true" for name in PREFERENCES["AllowedValues"]
    }


def test_traffic_that_moves_at_once_needs_no_code_deploy() -> None:
    resources = deployed(sam_template.translation(), {})["Resources"]
    assert not [name for name, resource in resources.items() if "::CodeDeploy::" in resource["Type"]]
    assert not [name for name in resources if name.endswith("RollbackAlarm")]
    assert not [name for name, resource in resources.items() if "UpdatePolicy" in resource]


def test_files_of_the_console_change_at_once() -> None:
    resources = deployed(BY_CODE_DEPLOY, {"DeploymentPreference": PREFERENCE})["Resources"]
    aliases = {f"{function}Aliaslive" for function in FUNCTIONS}
    assert {alias for alias in aliases if "UpdatePolicy" not in resources[alias]} == {
        f"{function}Aliaslive" for function in AT_ONCE
    }


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - AT_ONCE))
def test_code_deploy_moves_each_alias_and_watches_the_version_that_it_moves_to(function: str) -> None:
    resources = deployed(BY_CODE_DEPLOY, {"DeploymentPreference": PREFERENCE})["Resources"]
    alias = resources[f"{function}Aliaslive"]
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = resources[update["DeploymentGroupName"]["Ref"]]["Properties"]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": PREFERENCE}
    # To the authorizer, refused tokens are errors, which must not roll a deployment back.
    is_authorizer = function == "AuthorizeFunction"
    own = "AuthorizerFailuresAlarm" if is_authorizer else f"{function.removesuffix('Function')}RollbackAlarm"
    watched = [own, "ApiServerErrorsAlarm"] if function in SERVING else [own]
    assert group["AlarmConfiguration"] == {
        "Enabled": True,
        "Alarms": [{"Name": {"Ref": name}} for name in watched],
    }
    alarm = resources[own]["Properties"]
    if is_authorizer:
        assert alarm["MetricName"] == "AuthorizerFailed"
        return
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "Errors", "Sum")
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 60  # of the five minutes of the shortest canary
    assert alarm["Dimensions"] == [
        {"Name": "FunctionName", "Value": {"Ref": function}},
        {"Name": "Resource", "Value": {"Fn::Sub": f"${{{function}}}:live"}},
        {"Name": "ExecutedVersion", "Value": alias["Properties"]["FunctionVersion"]},
    ]


def test_stack_stays_below_the_number_of_resources_that_cloudformation_takes() -> None:
    """500: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html."""
    assert len(BY_CODE_DEPLOY["Resources"]) <= 480
