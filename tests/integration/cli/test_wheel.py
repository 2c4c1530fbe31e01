"""The wheel of `tenantry` does on a machine without the project what the project's own command does."""

import json
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
import zipfile
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
FOLDERS: Final = ("cli", "functions", "layers/common/console", "layers/common/python/tenantry")
FILES: Final = ("pyproject.toml", "README.md", "local/wheel.py", "requirements/cli.txt")
SECRETS: Final = [
    *("cli/.env", "functions/login/.env", "functions/login/secrets.json"),
    *("layers/common/console/secrets.json", "layers/common/console/library/.env"),
]
UV: Final = Path(sys.executable).with_name("uv")
MODULES: Final = [
    module.name
    for package in (cli, tenantry)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]


def copy_files(target: Path, *names: str) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, target / name)


def built(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build a wheel from a folder, as `make wheel` does."""
    options = ["--wheel", "--no-build-isolation", "--offline", "--python", sys.executable]
    command = [str(UV), "build", *options, "--out-dir", str(target), str(project)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a copy of the project in which files with secrets lie about."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "project"
    for name in FOLDERS:
        shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    copy_files(copy, *FILES, ".gitignore")
    for name in SECRETS:
        (copy / name).write_text("{}")
    finished = built(copy, folder)
    assert finished.returncode == 0, finished.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def programs(wheel: Path) -> Path:
    """Where the programs of an environment are that has the wheel, what it requires, and nothing else."""
    folder = wheel.parent
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    install: list[str | Path] = [UV, "pip", "install", "--quiet", "--python", folder / "venv/bin/python"]
    pinned = PROJECT / "requirements/cli.txt"
    subprocess.run([*install, "--require-hashes", "--requirement", pinned], check=True)
    subprocess.run([*install, "--offline", wheel], check=True)  # which requires what is pinned, and no more
    return folder / "venv/bin"


def test_wheel_holds_code_and_what_the_console_serves_and_nothing_that_lies_about(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [Path(name) for name in archive.namelist() if ".dist-info/" not in name]
    assert {path.suffix for path in names if path.suffix != ".py"} == {
        ".css",
        ".html",
        ".js",
        ".txt",
        ".typed",
    }
    assert {Path("cli/functions/login/app.py"), Path("tenantry/console/library/preact.LICENSE.txt")} < set(
        names
    )


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
    copy_files(tmp_path, *FILES)
    (tmp_path / "cli").mkdir()
    refused = built(tmp_path, tmp_path / "dist")
    assert refused.returncode != 0
    assert f"{LIBRARY} lacks {', '.join(IMPORTED)}: run make install first" in refused.stderr
    assert not list(tmp_path.glob("dist/*.whl"))
