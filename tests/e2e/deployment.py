"""The deployed local stack and what tests do to its parts."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx

from local.calls import PATH as PATH_OF_CALLS
from local.calls import Call
from local.deployment import LocalAws
from local.errors import LocalStackError
from local.ministack import REGION
from local.mongod import running_mongod
from local.mongod_programs import data_of
from local.processes import HOST, Child, free_port, require_free_port
from local.stack import Settings, Stack, running_stack
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod

INVOKED_BY_TESTS = ("MeasureUsageFunction", "ReconcileFunction")  # and not every five minutes as well
LARGE_DIRECTORIES = ("build", "build-cache", "mongodb*", "cluster-2")
CLUSTERS = (".", "cluster-2")  # below the directory of the stack


class Silent:
    """Progress that nobody watches."""

    def step(self, description: str) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def warn(self, message: str) -> None:
        raise AssertionError(message)


class DatabaseServer:
    """The stack's ``mongod``, to be taken away and brought back."""

    def __init__(self, process: Child, settings: Settings, exits: contextlib.ExitStack) -> None:
        self._process = process
        self._settings = settings
        self._exits = exits

    @contextlib.contextmanager
    def killed(self) -> Iterator[None]:
        """Kill the server for the length of a ``with`` block."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        try:
            yield
        finally:
            binary = own_mongod()
            data = data_of(binary, self._settings.state)
            server = running_mongod(binary, data, self._settings.mongodb_port)
            self._process, _ = self._exits.enter_context(server)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the server for the length of a ``with`` block; its connections stay open."""
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)


@dataclass(frozen=True)
class Deployment:
    """A running stack, its local AWS, its database server, its log files, and the origins that it allows."""

    stack: Stack
    aws: LocalAws
    database: DatabaseServer
    state: Path
    allowed_origins: list[str]

    def aws_client(self, service: str) -> Any:
        """Return a client of any service of the local AWS."""
        session = boto3.Session("test", "test", region_name=REGION)
        return session.client(service, endpoint_url=self.aws.endpoint)  # type: ignore[call-overload]

    def start_environments_anew(self, *functions: str, **variables: str) -> None:
        """Let the next invocation of each function be a cold start, with other values of some variables."""
        start_environments_anew(self.aws, *functions, **variables)

    def calls(self) -> list[Call]:
        """Return what the functions have asked AWS for."""
        listed = httpx.get(f"{self.aws.endpoint}{PATH_OF_CALLS}", timeout=30, trust_env=False).json()
        return [Call(**call | {"parameters": tuple(map(tuple, call["parameters"]))}) for call in listed]


def start_environments_anew(aws: LocalAws, *functions: str, **variables: str) -> None:
    """Let the next invocation of each function, named as in template.yaml, be a cold start.

    Variables of their environment are changed to the given values.
    """
    for logical_id in functions:
        name = aws.physical_id(logical_id)
        configured = aws.functions.get_function_configuration(FunctionName=name)
        changed = configured["Environment"]["Variables"] | variables
        aws.functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
        version = aws.functions.publish_version(FunctionName=name)["Version"]
        aws.functions.update_alias(FunctionName=name, Name="live", FunctionVersion=version)


def stop_schedules(events: Any) -> None:
    """Let functions that tests invoke themselves not change what other tests compare meanwhile."""
    for rule in events.list_rules()["Rules"]:
        if any(function in rule["Name"] for function in INVOKED_BY_TESTS):
            events.disable_rule(Name=rule["Name"])


def free_ports_in_a_row() -> int:
    """Return a port that is free, as is the one behind it."""
    while True:
        port = free_port()
        with contextlib.suppress(LocalStackError):
            require_free_port(port + 1, "the test", "MONGODB_PORT")
            return port


def remove_large_directories(state: Path) -> None:
    """Leave nothing but log files of a stack that has ended."""
    for pattern in LARGE_DIRECTORIES:
        for directory in state.glob(f"{pattern}/"):
            shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def data_in_memory(state: Path, binary: Path) -> Iterator[None]:
    """Let the servers of a stack keep their data where tests' other servers do, and their logs in `state`."""
    with contextlib.ExitStack() as exits:
        for cluster in CLUSTERS:
            link = data_of(binary, state / cluster)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(exits.enter_context(data_directory()))
            exits.callback(link.unlink)
        yield


@contextlib.contextmanager
def deployed(state: Path) -> Iterator[Deployment]:
    """Run a stack of two clusters on free ports; afterwards only its log files are left."""
    allowed_origins = [f"http://localhost:{free_port()}", "https://app.example.com"]
    binary = own_mongod()
    settings = Settings(
        api_port=free_port(),
        mongodb_port=free_ports_in_a_row(),
        clusters=2,
        allowed_origins=",".join(allowed_origins),
        state=state,
    )
    try:
        with data_in_memory(state, binary), contextlib.ExitStack() as exits:
            stack, (mongod, *_) = exits.enter_context(running_stack(settings, Silent()))
            aws = LocalAws(f"http://{HOST}:{settings.api_port}")
            deployment = Deployment(
                stack, aws, DatabaseServer(mongod, settings, exits), state, allowed_origins
            )
            stop_schedules(deployment.aws_client("events"))
            yield deployment
    finally:
        remove_large_directories(state)
