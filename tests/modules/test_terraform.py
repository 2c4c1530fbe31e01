"""examples/terraform is what Terraform reads, and passes what Tenantry's template takes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from samcli.yamlhelper import parse_yaml_file  # type: ignore[import-untyped]

from local.deployment import PROJECT

PYTHON = PROJECT / ".local/modules/bin/python"  # of make test-modules
TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
READ = "import hcl2, json, sys; print(json.dumps(hcl2.load(open(sys.argv[1]))))"

needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform and no tofu")


def terraform(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run Terraform and return what it printed."""
    return subprocess.run(
        [str(TERRAFORM), *arguments], cwd=directory, capture_output=True, text=True, check=False
    )


def unquoted(value: Any) -> Any:
    """Return a value without the quotes that the parser may leave around names and strings."""
    if isinstance(value, dict):
        return {unquoted(name): unquoted(part) for name, part in value.items()}
    if isinstance(value, list):
        return [unquoted(part) for part in value]
    return value.strip('"') if isinstance(value, str) else value


def test_stack_gets_parameters_and_capabilities_that_the_template_takes() -> None:
    example = PROJECT / "examples/terraform/main.tf"
    read = subprocess.run([str(PYTHON), "-c", READ, str(example)], check=True, capture_output=True, text=True)
    resources = unquoted(json.loads(read.stdout))["resource"]
    (stack,) = (each["aws_cloudformation_stack"] for each in resources if "aws_cloudformation_stack" in each)
    arguments = stack["tenantry"]
    template = parse_yaml_file(str(PROJECT / "template.yaml"))
    assert arguments["parameters"].keys() <= template["Parameters"].keys()
    assert set(arguments["capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}


@needs_terraform
def test_example_has_terraforms_own_form() -> None:
    done = terraform("fmt", "-check", "-diff", directory=PROJECT / "examples/terraform")
    assert done.returncode == 0, done.stdout


@needs_terraform
def test_example_is_valid_for_the_providers_that_it_asks_for(examples: Path) -> None:
    directory = examples / "terraform"
    (directory / "tenantry.yaml").write_text((PROJECT / "template.yaml").read_text())
    begun = terraform("init", "-backend=false", "-input=false", directory=directory)
    if begun.returncode != 0:
        pytest.skip("the registry of providers cannot be reached")
    done = terraform("validate", directory=directory)
    assert done.returncode == 0, done.stdout + done.stderr
