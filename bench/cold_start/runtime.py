"""A Lambda execution environment on this machine: AWS's runtime interface emulator and runtime client.

The emulator comes with aws-sam-cli. With the first invocation it starts AWS's Python runtime client
(awslambdaric) on the handler, and it logs how long that and each invocation took, as Lambda does.
"""

import contextlib
import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import samcli.local.rapid  # type: ignore[import-untyped]

from local.processes import HOST, free_port, running, wait_until

START_SECONDS: Final = 10.0
INVOCATION_SECONDS: Final = 30.0

_EMULATOR: Final = Path(samcli.local.rapid.__path__[0]) / "aws-lambda-rie-x86_64"
_INITIALIZED: Final = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKED: Final = re.compile(r"INVOKE RTDONE\(status: success, .*duration: ([\d.]+)ms\)")
_HANDLED: Final = re.compile(r"HANDLER TOOK ([\d.]+) ms")
_CPU: Final = re.compile(r"PROCESS USED ([\d.]+) ms")
# Wraps the handler and logs how long it took, without the work of the runtime client.
_TIMED: Final = """
import time

import app


def lambda_handler(event, context):
    start = time.perf_counter()
    answer = app.lambda_handler(event, context)
    print(f"HANDLER TOOK {1000 * (time.perf_counter() - start):.3f} ms")
    print(f"PROCESS USED {1000 * time.process_time():.3f} ms")
    return answer
"""


@dataclass(frozen=True)
class Function:
    """What Lambda needs to know of a function.

    Parameters
    ----------
    task : Path
        Directory of app.py, as Lambda has it in /var/task.
    layer : Path
        Directory of the layer's modules, as Lambda has it in /opt/python.
    runtime : Path
        Directory of the modules that come with Lambda's runtime.
    variables : mapping of str to str
        Environment variables.
    """

    task: Path
    layer: Path
    runtime: Path
    variables: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """Return the environment variables that Lambda's runtime starts with."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{self.layer}:{self.runtime}",
            "LAMBDA_TASK_ROOT": str(self.task),
            "AWS_LAMBDA_FUNCTION_NAME": self.task.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "testing",
            "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's directories are read-only, for root as well
            **self.variables,
        }


class ExecutionEnvironment:
    """One execution environment of a function; the first invocation starts it."""

    def __init__(self, log: Path, port: int) -> None:
        self._log = log
        self._http = httpx.Client(base_url=f"http://{HOST}:{port}", timeout=INVOCATION_SECONDS)

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Invoke the function and return its answer."""
        response = self._http.post("/2015-03-31/functions/function/invocations", json=event)
        answer: Any = response.json() if response.content else None
        if not isinstance(answer, dict) or answer.get("statusCode") != HTTPStatus.OK:
            raise RuntimeError(f"The function answered {answer}:\n{self._log.read_text()[-2000:]}")
        return answer

    def initialization(self) -> float:
        """Return how long the start until the runtime asked for an event took, in milliseconds."""
        return self._logged(_INITIALIZED)[0]

    def invocations(self) -> list[float]:
        """Return how long each invocation took, in milliseconds, the runtime client's work included."""
        return self._logged(_INVOKED)

    def handled(self) -> list[float]:
        """Return how long each call of the handler took, in milliseconds."""
        return self._logged(_HANDLED)

    def cpu(self) -> list[float]:
        """Return how much CPU the process had used by the end of each call, in milliseconds."""
        return self._logged(_CPU)

    def _logged(self, pattern: re.Pattern[str]) -> list[float]:
        return [float(milliseconds) for milliseconds in pattern.findall(self._log.read_text())]


@contextlib.contextmanager
def execution_environment(function: Function, log: Path) -> Iterator[ExecutionEnvironment]:
    """Run one execution environment of a function for the length of a ``with`` block."""
    port = free_port()
    command = [str(_EMULATOR), "--log-level", "info"]
    command += ["--runtime-interface-emulator-address", f"{HOST}:{port}"]
    command += ["--runtime-api-address", f"{HOST}:{free_port()}"]
    command += [sys.executable, "-S", "-m", "awslambdaric", "timed.lambda_handler"]
    (function.task / "timed.py").write_text(_TIMED)
    in_task = ["env", f"--chdir={function.task}", *command]
    with running("the emulator", in_task, log, function.environment()) as child:
        wait_until(lambda: _listens(port), child, START_SECONDS)
        yield ExecutionEnvironment(log, port)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
