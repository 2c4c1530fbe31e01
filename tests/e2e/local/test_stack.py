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

RUN = """
import contextlib, sys
from pathlib import Path
from local import cli
from local.output import ConsoleProgress
from local.stack import Settings, running_stack
cli.commands()
settings = Settings(api_port=int(sys.argv[1]), mongodb_port=int(sys.argv[2]), state=Path(sys.argv[3]))
with contextlib.suppress(KeyboardInterrupt), running_stack(settings, ConsoleProgress()) as (_, children):
    print("ready", flush=True)
    cli.wait_for_any_exit(children)
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_every_process_ends_with_the_stack(state: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", RUN, str(free_port()), str(free_port()), str(state)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "layers/common/python")}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        while "ready" not in (line := parent.stdout.readline()):
            assert line, "the stack did not start"
        stack = find_running_stack(state)
        assert stack is not None
        httpx.get(f"{stack.api_url}/docs", timeout=30, trust_env=False).raise_for_status()
        processes = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(number)
        parent.stdout.read()

    assert len(processes) >= 4  # mongod, ministack, and the workers of /health and /docs
    assert still_alive(processes, 20) == []
    assert find_running_stack(state) is None
