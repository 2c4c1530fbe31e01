"""The local AWS: one ``ministack`` process that serves every service on one port."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from local.processes import HOST, Child, running, wait_until

REGION = "us-east-1"
PATH_OF_MAILS = "/_ministack/ses/messages"  # all that was sent, as JSON

_PROGRAM = Path(__file__).with_name("gateway.py")

_READY_SECONDS = 60.0
# Variables of the user's own account and databases, and of modules that would hide what the layer lacks.
_NOT_INHERITED = ("AWS_", "MONGODB_", "PYTHON")
_ATTEMPT_SECONDS = 1.0


@contextlib.contextmanager
def running_ministack(
    state: Path, port: int, variables: Mapping[str, str] | None = None
) -> Iterator[tuple[Child, str]]:
    """Run ``ministack`` for the length of a ``with`` block.

    It keeps everything in memory: each start is an empty AWS account.

    Parameters
    ----------
    state
        Directory of the local stack; scratch files and the log go below it.
    port
        Port on the loopback interface.
    variables
        Further environment variables of the process, which its functions inherit.

    Yields
    ------
    tuple[Child, str]
        The process and its endpoint URL.
    """
    endpoint = f"http://{HOST}:{port}"
    scratch = state / "ministack"
    shutil.rmtree(scratch, ignore_errors=True)  # what the Lambda workers of an earlier run unpacked
    scratch.mkdir(parents=True)
    environment = aws_environment(endpoint) | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
        "TMPDIR": str(scratch),
        **(variables or {}),
    }
    command = [sys.executable, "-P", str(_PROGRAM)]  # -P: modules beside the program are not found
    try:
        with running("ministack", command, state / "ministack.log", environment) as child:
            wait_until(lambda: _answers(endpoint), child, _READY_SECONDS)
            yield child, endpoint
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def aws_environment(endpoint: str) -> dict[str, str]:
    """Return the environment for programs that must talk to the local AWS and to nothing else."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return inherited | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": f"{os.environ.get('NO_PROXY', '')},{HOST}",
    }


def _answers(endpoint: str) -> bool:
    try:
        answer = httpx.get(f"{endpoint}/_ministack/ready", timeout=_ATTEMPT_SECONDS, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.is_success
