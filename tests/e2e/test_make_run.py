"""``make run`` and ``make demo``, as a newcomer types them."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from local.deployment import PROJECT
from local.processes import Child, free_port, require_free_port, running, wait_until
from local.stack import Stack, find_running_stack
from tests.e2e.deployment import remove_large_directories
from tests.e2e.http_service import HttpService
from tests.support.owners import log_in, sign_up
from tests.support.processes import still_alive

MAKE = [shutil.which("make") or "make", "--no-print-directory", "-C", str(PROJECT)]
START_SECONDS = 180.0
STOP_SECONDS = 30.0
OF_THE_CALLER = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MONGODB_URI"}


class MakeRun:
    """``make run`` with ports and a state directory of its own."""

    def __init__(self, state: Path, exits: contextlib.ExitStack) -> None:
        self.state = state
        self.ports = {"API_PORT": free_port(), "MONGODB_PORT": free_port()}
        self.log = state / "make-run.log"
        self._exits = exits

    def begin(self) -> Child:
        """Start the stack, and do not wait for it."""
        return self._exits.enter_context(
            running("make run", [*MAKE, "run"], self.log, self.environment(self.state))
        )

    def start(self) -> Child:
        process = self.begin()
        wait_until(lambda: find_running_stack(self.state) is not None, process, START_SECONDS)
        return process

    def environment(self, state: Path) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in OF_THE_CALLER}
        ports = {name: str(port) for name, port in self.ports.items()}
        return inherited | ports | {"STATE_DIRECTORY": str(state)}

    def make(self, target: str, state: Path) -> subprocess.CompletedProcess[str]:
        """Run another target to its end."""
        return subprocess.run(
            [*MAKE, target], env=self.environment(state), check=False, capture_output=True, text=True
        )

    @property
    def stack(self) -> Stack:
        stack = find_running_stack(self.state)
        assert stack is not None
        return stack

    @contextlib.contextmanager
    def service(self) -> Iterator[HttpService]:
        with httpx.Client(base_url=self.stack.api_url, timeout=30, trust_env=False) as client:
            yield HttpService(client)

    def end(self, process: Child, number: signal.Signals, receiver: int) -> None:
        """Send a signal, and check that nothing runs, listens or claims to run afterwards."""
        descendants = psutil.Process(process.pid).children(recursive=True)
        assert {"mongod", "python"} <= {descendant.name() for descendant in descendants}
        os.kill(receiver, number)
        assert process.wait() != 0
        assert still_alive(descendants, STOP_SECONDS) == []
        assert find_running_stack(self.state) is None
        for variable, port in self.ports.items():
            require_free_port(port, "the test", variable)


def own_lines(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what a failed command wrote to standard error, less make's own line."""
    assert result.returncode != 0
    return [line for line in result.stderr.splitlines() if not line.startswith("make")]


@pytest.fixture(scope="module")
def make_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeRun]:
    state = tmp_path_factory.mktemp("make-run")
    with contextlib.ExitStack() as exits:
        yield MakeRun(state, exits)
    remove_large_directories(state)


@pytest.fixture(scope="module")
def started(make_run: MakeRun) -> Child:
    return make_run.start()


def test_guide_names_the_addresses_of_the_stack(make_run: MakeRun, started: Child) -> None:
    wait_until(lambda: "Ctrl-C stops it" in make_run.log.read_text(), started, START_SECONDS)
    guide = make_run.log.read_text()
    stack = make_run.stack
    assert stack.api_url.endswith("/v1")
    assert f"API='{stack.api_url}'" in guide
    assert f"{stack.api_url}/docs" in guide
    assert stack.mongodb_uri in guide


def test_service_is_ready_before_anybody_has_used_it(make_run: MakeRun, started: Child) -> None:
    with make_run.service() as service:
        assert service.request("GET", "/health/ready").json == {"status": "ready"}


def test_second_run_in_the_same_directory_gives_one_line(make_run: MakeRun, started: Child) -> None:
    (line,) = own_lines(make_run.make("run", make_run.state))
    assert line == f"The local stack is running already in {make_run.state}. Stop that one first."
    assert started.is_running()
    assert make_run.stack


def test_busy_port_gives_one_line_with_the_remedy(make_run: MakeRun, started: Child, tmp_path: Path) -> None:
    (line,) = own_lines(make_run.make("run", tmp_path))
    assert line.startswith(f"Port {make_run.ports['API_PORT']} for the API is in use.")
    assert "API_PORT=" in line
    assert started.is_running()


def test_demo_tells_its_story_on_the_running_stack(make_run: MakeRun, started: Child) -> None:
    told = make_run.make("demo", make_run.state)
    assert told.returncode == 0, told.stderr
    assert "Every answer was as expected." in told.stdout
    assert "buy milk" in told.stdout
    assert started.is_running()


def test_stack_that_is_killed_ends_with_all_its_children_and_keeps_its_data(
    make_run: MakeRun, started: Child
) -> None:
    with make_run.service() as service:
        owner = sign_up(service, "Google")
    (local,) = psutil.Process(started.pid).children()
    make_run.end(started, signal.SIGKILL, local.pid)

    again = make_run.start()

    with make_run.service() as service:
        token = log_in(service, owner.email)
        assert service.get(owner.path, token=token).json == owner.organization
    make_run.end(again, signal.SIGTERM, again.pid)
    assert not (make_run.state / "stack.json").exists()


def test_start_that_is_interrupted_leaves_nothing_behind(make_run: MakeRun) -> None:
    log_of_aws = make_run.state / "ministack.log"
    log_of_aws.unlink()
    process = make_run.begin()
    wait_until(log_of_aws.exists, process, START_SECONDS)
    make_run.end(process, signal.SIGINT, -process.pid)  # as a terminal does it, to the whole group
    assert not (make_run.state / "stack.json").exists()
