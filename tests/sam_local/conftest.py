"""Docker, the built template, and a MongoDB server that containers reach."""

import contextlib
import json
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.deployment import architecture
from local.mongod import running_mongod
from local.processes import HOST, free_port
from tests.contract.sam_template import PROJECT
from tests.support.mongodb import own_mongod

DOCKER = shutil.which("docker") or "docker"
CHUNK_BYTES = 65_536

Sam = Callable[..., list[str]]


def output_of(*command: str) -> str:
    return subprocess.run(
        command, cwd=PROJECT, env=environment(), check=True, capture_output=True, text=True
    ).stdout


def environment() -> dict[str, str]:
    return os.environ | {
        "ARCHITECTURE": architecture(),
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
    }


def succeeds(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


class Forward(socketserver.BaseRequestHandler):
    """Pass a connection on to the port on the loopback interface that the server was made for."""

    server: "Bridge"

    def handle(self) -> None:
        with socket.create_connection((HOST, self.server.target)) as upstream:
            answers = threading.Thread(target=pump, args=(upstream, self.request))
            answers.start()
            pump(self.request, upstream)
            answers.join()


class Bridge(socketserver.ThreadingTCPServer):
    """Let containers reach a port of the loopback interface."""

    daemon_threads = True

    def __init__(self, gateway: str, target: int) -> None:
        self.target = target
        super().__init__((gateway, 0), Forward)


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # a container that ends leaves its connections open
        while chunk := source.recv(CHUNK_BYTES):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="session")
def gateway() -> str:
    """The host's address on Docker's bridge."""
    if not succeeds(DOCKER, "info"):
        pytest.skip("Docker does not run here")
    template = "{{(index .IPAM.Config 0).Gateway}}"
    return output_of(DOCKER, "network", "inspect", "bridge", "--format", template).strip()


@pytest.fixture(scope="session")
def mongodb_uri(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Connection string for containers."""
    binary = own_mongod()
    port = free_port()
    with (
        running_mongod(binary, tmp_path_factory.mktemp("mongodb"), port),
        Bridge(gateway, port) as bridge,
    ):
        threading.Thread(target=bridge.serve_forever, daemon=True).start()
        yield f"mongodb://host.docker.internal:{bridge.server_address[1]}/?directConnection=true"
        bridge.shutdown()


@pytest.fixture(scope="session")
def sam(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Sam:
    """Make ``sam local`` commands for the freshly built template."""
    directory = tmp_path_factory.mktemp("sam")
    program = str(Path(sys.executable).with_name("sam"))
    common = ["--config-file", str(PROJECT / "samconfig.toml")]
    parameters = ["--parameter-overrides", f"Architecture={architecture()}"]
    output_of(program, "build", "--build-dir", str(directory / "build"), *common, *parameters)
    variables = directory / "env.json"
    overrides: dict[str, Any] = json.loads((PROJECT / "events/env.json").read_text())
    overrides["Parameters"]["MONGODB_URI"] = mongodb_uri
    # The account of this event must not change what others answer.
    overrides["CreateOrganizationFunction"] = {"MASTER_DATABASE": "sign_up"}
    variables.write_text(json.dumps(overrides))
    common += [
        *parameters,
        "--template",
        str(directory / "build/template.yaml"),
        "--env-vars",
        str(variables),
    ]
    if succeeds(DOCKER, "image", "inspect", f"public.ecr.aws/lambda/python:3.13-{architecture()}"):
        common.append("--skip-pull-image")
    return lambda *command: [program, "local", *command, *common]
