"""The wheel of `tenantry` does on a machine without the project what the project's own command does."""

import json
import os
import pkgutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx
import pytest

import cli
import tenantry
from local.wheel import IMPORTED, LIBRARY
from tenantry.http import console
from tests.support.databases import Databases

PROJECT: Final = Path(__file__).parents[3]
UV: Final = Path(sys.executable).with_name("uv")
MODULES: Final = [
    module.name
    for package in (cli, tenantry)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]


def built(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build a wheel from a folder, as `make wheel` does."""
    options = ["--wheel", "--no-build-isolation", "--offline", "--python", sys.executable]
    command = [str(UV), "build", *options, "--out-dir", str(target), str(project)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of an environment are that has the wheel, what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    assert built(PROJECT, folder).returncode == 0
    (wheel,) = folder.glob("*.whl")
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    install: list[str | Path] = [UV, "pip", "install", "--quiet", "--python", folder / "venv/bin/python"]
    pinned = PROJECT / "requirements/cli.txt"
    subprocess.run([*install, "--require-hashes", "--requirement", pinned], check=True)
    subprocess.run([*install, "--offline", wheel], check=True)  # which requires what is pinned, and no more
    return folder / "venv/bin"


def test_console_is_answered_by_the_functions_and_served_whole(programs: Path, databases: Databases) -> None:
    environment = os.environ | {
        "MONGODB_URI": databases.uri,
        "MASTER_DATABASE": databases.master.name,
        "TENANT_DATABASE": databases.tenants.name,
    }
    program = str(programs / "tenantry")
    command = ["env", "--default-signal=INT", program, "console", "--no-browser", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=programs) as child:
        try:
            assert child.stdout is not None
            url = json.loads(child.stdout.readline())["url"]
            address, _, token = url.partition("/console/index.html#/start?token=")
            with httpx.Client(base_url=address, timeout=60) as client:
                bearer = client.post("/start", json={"token": token}).json()["access_token"]
                for name in console.files():
                    assert client.get(f"/console/{name}").status_code == 200, name
                answer = client.get("/operator/organizations", headers={"Authorization": f"Bearer {bearer}"})
                assert answer.json() == {"organizations": [], "next_cursor": None}
        finally:
            child.send_signal(signal.SIGINT)
        assert child.wait(20) == 0


def test_every_module_finds_what_it_imports(programs: Path) -> None:
    assert {"cli.console.functions", "tenantry.lifecycle.moves.operations"} <= set(MODULES)
    program = f"import {', '.join(MODULES)}"
    subprocess.run([programs / "python", "-W", "error", "-c", program], check=True, cwd=programs)


def test_no_wheel_is_built_without_what_the_console_imports(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "local/wheel.py", "requirements/cli.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    (tmp_path / "cli").mkdir()
    refused = built(tmp_path, tmp_path / "dist")
    assert refused.returncode != 0
    assert f"{LIBRARY} lacks {', '.join(IMPORTED)}: run make install first" in refused.stderr
    assert not list(tmp_path.glob("dist/*.whl"))
