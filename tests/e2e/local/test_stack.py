import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from local.deployment import PROJECT
from local.processes import free_port
from local.stack import find_running_stack
from tests.support.processes import still_alive


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def start(state: Path) -> subprocess.Popen[str]:
    """Run ``python -m local run`` beside any stack of the developer's own."""
    environment = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"} | {
        "PYTHONPATH": str(PROJECT / "layers/common/python"),
        "STATE_DIRECTORY": str(state),
        "API_PORT": str(free_port()),
        "MONGODB_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "local", "run"]
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout
    while text not in (line := process.stdout.readline()):
        assert line, f"the stack ended before it said {text!r}"


def test_every_process_ends_with_a_stack_that_is_killed(state: Path) -> None:
    with start(state) as process:
        wait_for_line(process, "Ctrl-C stops it")
        stack = find_running_stack(state)
        assert stack is not None
        httpx.get(f"{stack.api_url}/docs", timeout=30, trust_env=False).raise_for_status()
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL

    assert len(children) >= 4  # mongod, ministack, and the workers of /health and /docs
    assert still_alive(children, 20) == []
    assert find_running_stack(state) is None


def test_a_start_that_is_interrupted_leaves_nothing_behind(state: Path) -> None:
    with start(state) as process:
        wait_for_line(process, "Starting the local AWS")
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0

    assert len(children) >= 2  # mongod and ministack
    assert still_alive(children, 20) == []
    assert not (state / "stack.json").exists()
