"""`make build` makes what can be deployed with its layer alone."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from samcli.yamlhelper import parse_yaml_file  # type: ignore[import-untyped]

import local.architecture
from tests.contract import sam_template
from tests.contract.layer import MAKE
from tests.contract.sam_template import PROJECT


def commands_of_build(*arguments: str, **environment: str) -> str:
    """Return what `make build` would run."""
    command = [MAKE, "--dry-run", "--assume-old=.venv/installed", "build", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def count_aliases(path: Path) -> int:
    """Count how often a YAML file repeats a part of itself by its name."""
    return sum(isinstance(event, yaml.AliasEvent) for event in yaml.parse(path.read_text()))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A template as `sam build` leaves it."""
    path = tmp_path / "template.yaml"
    path.write_text((PROJECT / "template.yaml").read_text())
    return path


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_built_template_takes_the_architecture_of_its_layer_alone(architecture: str, built: Path) -> None:
    (command,) = [
        line
        for line in commands_of_build(ARCHITECTURE=architecture).splitlines()
        if "local.architecture" in line
    ]
    assert command.split()[-2:] == [".aws-sam/build/template.yaml", architecture]
    subprocess.run([*command.split()[:-2], str(built), architecture], cwd=PROJECT, check=True)
    template: dict[str, Any] = parse_yaml_file(str(built))
    parameter = template["Parameters"]["Architecture"]
    assert (parameter["AllowedValues"], parameter["Default"]) == ([architecture], architecture)
    before = sam_template.template()
    del before["Parameters"]["Architecture"], template["Parameters"]["Architecture"]
    assert template == before


def test_built_template_has_no_yaml_aliases_which_cloudformation_refuses(built: Path) -> None:
    assert count_aliases(built) > 0
    local.architecture.main(built, "arm64")
    assert count_aliases(built) == 0


def test_layer_is_built_for_arm_unless_another_is_asked_for() -> None:
    assert commands_of_build().split("local.architecture")[1].split()[1] == "arm64"
    assert commands_of_build("ARCHITECTURE=x86_64").split("local.architecture")[1].split()[1] == "x86_64"
