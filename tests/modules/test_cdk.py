"""examples/cdk is synthesized by CDK into a template that deploys Tenantry's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samcli.yamlhelper import parse_yaml_file  # type: ignore[import-untyped]

from local.deployment import PROJECT

PYTHON = PROJECT / ".local/modules/bin/python"  # of make test-modules
SYNTHESIS_SECONDS = 600
Template = dict[str, Any]


@pytest.fixture
def synthesized(examples: Path, tmp_path: Path) -> Path:
    """Return the directory that the CDK CLI would deploy from."""
    (examples / "cdk/tenantry.yaml").write_text((PROJECT / "template.yaml").read_text())
    environment = os.environ | {"CDK_OUTDIR": str(tmp_path / "cdk.out"), "NODE_NO_WARNINGS": "1"}
    subprocess.run(
        [str(PYTHON), "app.py"], cwd=examples / "cdk", env=environment, check=True, timeout=SYNTHESIS_SECONDS
    )
    return tmp_path / "cdk.out"


def outputs_named(part: Any) -> Iterator[str]:
    """Yield the outputs of Tenantry's stack that a part of a template takes values from."""
    if isinstance(part, dict):
        match part:
            case {"Fn::GetAtt": ["Tenantry", attribute]}:
                yield attribute.removeprefix("Outputs.")
        for value in part.values():
            yield from outputs_named(value)
    elif isinstance(part, list):
        for value in part:
            yield from outputs_named(value)


def test_synthesized_template_deploys_tenantry_and_a_function_with_its_layer(synthesized: Path) -> None:
    path = synthesized / "NotesWithTenantry.template.json"
    template: Template = json.loads(path.read_text())
    tenantry = parse_yaml_file(str(PROJECT / "template.yaml"))

    nested = template["Resources"]["Tenantry"]["Properties"]
    assert nested["Parameters"].keys() <= tenantry["Parameters"].keys()
    (key,) = (part for part in nested["TemplateURL"]["Fn::Sub"].split("/") if part.endswith(".yaml"))
    assert (synthesized / f"asset.{key}").read_text() == (PROJECT / "template.yaml").read_text()

    named = set(outputs_named(template))
    assert {"CommonLayerArn", "MongoDBUriPolicyArn", "TokenIssuer", "ApiUrl"} <= named
    assert named <= {name for name, output in tenantry["Outputs"].items() if "Condition" not in output}

    types = [resource["Type"] for resource in template["Resources"].values()]
    assert "AWS::ApiGateway::Account" not in types, "Tenantry sets the region's role"
    cfn_lint = str(Path(sys.executable).with_name("cfn-lint"))
    subprocess.run([cfn_lint, "--non-zero-exit-code", "error", str(path)], check=True)
