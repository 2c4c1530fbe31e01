"""The TypeScript client, as people install it, against a service of the tests and the deployed stack."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from local.deployment import PROJECT
from local.ministack import REGION
from local.signatures import ACCESS_KEY, SECRET_KEY
from tests.e2e.deployment import Deployment

CLIENT: Final = PROJECT / "clients/typescript"
NODE: Final = Path(sys.executable).with_name("node")
NODE_SECONDS: Final = 240


@pytest.fixture(scope="module")
def compiled(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of the compiled tests, which find the unpacked package."""
    place = tmp_path_factory.mktemp("typescript")
    modules = place / "node_modules"
    shutil.copytree(unpacked, modules / "tenantry-client")
    shutil.copytree(CLIENT / "node_modules/aws4fetch", modules / "aws4fetch")
    shutil.copytree(CLIENT / "build", place / "tests")
    (place / "package.json").write_text('{"type": "module"}')
    return place / "tests"


def run_node(compiled: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> None:
    """Run tests with Node.js; what they print is shown if one fails."""
    run = subprocess.run(
        [NODE, "--test", *arguments],
        cwd=compiled,
        env=os.environ | dict(variables or {}),
        timeout=NODE_SECONDS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "# pass 0\n" not in run.stdout, run.stdout


def test_tokens_and_repetitions(compiled: Path) -> None:
    run_node(compiled, "tokens.test.js", "retries.test.js")


def test_stories_on_the_deployed_stack(deployment: Deployment, compiled: Path) -> None:
    variables = {
        "TENANTRY_URL": deployment.stack.api_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
    }
    run_node(compiled, "deployed.js", variables=variables)


def test_package_has_types_and_needs_no_other(compiled: Path) -> None:
    package = compiled.parent / "node_modules/tenantry-client"
    names = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
    assert {
        "package.json",
        "README.md",
        "lib/index.js",
        "lib/index.d.ts",
        "lib/generated/schema.d.ts",
    } <= names
    assert all(name.startswith("lib/") for name in names - {"package.json", "README.md"})
    described = json.loads((package / "package.json").read_text())
    assert "dependencies" not in described
