"""What ``SNAPSTART=on make build`` makes of the template."""

from typing import Any

import pytest

from local.snapstart import ALIAS, start_from_snapshots
from tests.contract import sam_template

FUNCTIONS = sam_template.function_directories()
SERVING = sorted(set(sam_template.routes().values()))


def stack(release: str) -> dict[str, Any]:
    template = sam_template.template()
    start_from_snapshots(template, release)
    return sam_template.transformed(template)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return stack("release1")


def snapshots_of(resources: dict[str, Any], function: str) -> str:
    properties = resources[function]["Properties"]
    return str(properties.get("SnapStart", {}).get("ApplyOn", "None"))


def versions(resources: dict[str, Any]) -> dict[str, str]:
    """Return the published function by logical id of the version."""
    return {
        logical_id: resource["Properties"]["FunctionName"]["Ref"]
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


def test_functions_of_the_api_start_from_snapshots_of_their_versions(resources: dict[str, Any]) -> None:
    assert sorted(versions(resources).values()) == SERVING
    assert {function: snapshots_of(resources, function) for function in FUNCTIONS} == {
        function: "PublishedVersions" if function in SERVING else "None" for function in FUNCTIONS
    }


def test_api_calls_the_published_versions(resources: dict[str, Any]) -> None:
    body = str(resources["Api"]["Properties"]["Body"])
    for function in SERVING:
        assert f"${{{function}Alias{ALIAS}}}/invocations" in body
        assert f"${{{function}.Arn}}" not in body


def test_snapshots_and_the_secrets_extension_exclude_each_other() -> None:
    template = sam_template.template()
    start_from_snapshots(template, "release1")
    kept = sam_template.translated(template)
    (assertion,) = kept["Rules"]["SnapshotsReadSecretsThroughBoto3"]["Assertions"]
    assert kept["Rules"].keys() > sam_template.template()["Rules"].keys()
    assert assertion["Assert"] == {"Fn::Equals": [{"Ref": "SecretsExtensionLayerArn"}, ""]}
    assert "SNAPSTART" in assertion["AssertDescription"]


def test_every_release_is_published(resources: dict[str, Any]) -> None:
    assert versions(stack("release1")).keys() == versions(resources).keys()
    assert versions(stack("release2")).keys().isdisjoint(versions(resources))


def test_nothing_is_published_by_default() -> None:
    assert {resource["Type"] for resource in sam_template.stack().values()}.isdisjoint(
        {"AWS::Lambda::Version", "AWS::Lambda::Alias"}
    )
    assert {snapshots_of(sam_template.stack(), function) for function in FUNCTIONS} == {"None"}
