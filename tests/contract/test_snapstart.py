"""What ``SNAPSTART=on make build`` makes of the template."""

from typing import Any

import pytest

from local.snapstart import start_from_snapshots
from tests.contract import sam_template

FUNCTIONS = sam_template.function_directories()
SERVING = sorted(set(sam_template.routes().values()))


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    source = sam_template.template()
    start_from_snapshots(source)
    return sam_template.translated(source)


def snapshots_of(resources: dict[str, Any], function: str) -> str:
    properties = resources[function]["Properties"]
    return str(properties.get("SnapStart", {}).get("ApplyOn", "None"))


def test_functions_of_the_api_start_from_snapshots_of_their_versions(template: dict[str, Any]) -> None:
    assert {function: snapshots_of(template["Resources"], function) for function in FUNCTIONS} == {
        function: "PublishedVersions" if function in SERVING else "None" for function in FUNCTIONS
    }


def test_snapshots_and_the_secrets_extension_exclude_each_other(template: dict[str, Any]) -> None:
    (assertion,) = template["Rules"]["SnapshotsReadSecretsThroughBoto3"]["Assertions"]
    assert assertion["Assert"] == {"Fn::Equals": [{"Ref": "SecretsExtensionLayerArn"}, ""]}
    assert "SNAPSTART" in assertion["AssertDescription"]


def test_the_rules_of_the_template_stay(template: dict[str, Any]) -> None:
    assert template["Rules"].items() > sam_template.template()["Rules"].items()


def test_nothing_starts_from_a_snapshot_by_default() -> None:
    assert {snapshots_of(sam_template.stack(), function) for function in FUNCTIONS} == {"None"}
