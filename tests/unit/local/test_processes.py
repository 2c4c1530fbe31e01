import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.errors import LocalStackError
from local.processes import HOST, free_port, require_free_port, run_to_end, running, wait_until
from tests.support.processes import still_alive

SLEEP = [sys.executable, "-c", "import time; print('started', flush=True); time.sleep(600)"]
STUBBORN = [*SLEEP[:2], "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP[2]]

PARENT = """
import sys, time
from pathlib import Path
from local.processes import running
command = [sys.executable, "-c", "import time; time.sleep(600)"]
with running("child", command, Path(sys.argv[1])) as child:
    print(child.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_a_child_ends_with_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "child.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(number)
        assert parent.wait(10) == -number

    assert still_alive([child], 10) == []


def test_a_child_lives_as_long_as_the_block(tmp_path: Path) -> None:
    with running("sleep", SLEEP, tmp_path / "sleep.log") as child:
        wait_until(lambda: "started" in child.log_tail(), child, 10)
        assert child.is_running()
    assert not child.is_running()


def test_a_child_that_ignores_the_request_to_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.processes._STOP_SECONDS", 0.1)
    with running("stubborn", STUBBORN, tmp_path / "stubborn.log") as child:
        wait_until(lambda: "started" in child.log_tail(), child, 10)
    assert not child.is_running()


def test_a_child_that_ends_while_starting_is_reported_with_its_output(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such database'); raise SystemExit(3)"]
    with (
        running("server", command, tmp_path / "server.log") as child,
        pytest.raises(LocalStackError, match=r"^server stopped while starting:\nno such database"),
    ):
        wait_until(lambda: False, child, 10)


def test_a_child_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    with (
        running("server", SLEEP, tmp_path / "server.log") as child,
        pytest.raises(LocalStackError, match="server was not ready within 0 s"),
    ):
        wait_until(lambda: False, child, 0.1)


def test_a_command_that_fails_is_reported_with_its_output(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('bad template')"]
    with pytest.raises(LocalStackError, match=r"^sam build failed:\nbad template"):
        run_to_end("sam build", command, tmp_path / "build.log", {})


def test_a_port_in_use_gives_one_line_with_the_remedy() -> None:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(LocalStackError) as error:
            require_free_port(port, "the API", "API_PORT")
    assert str(error.value).startswith(f"Port {port} for the API is in use.")
    assert "API_PORT=" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_free_port_is_accepted() -> None:
    port = free_port()
    require_free_port(port, "the API", "API_PORT")
    assert port != free_port()
