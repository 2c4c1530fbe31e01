"""Run handlers as Lambda would: a process of its own for each, its own directory, Secrets Manager at hand.

Reads directory, environment and event from each line of standard input, writes the handler's answer to the
file named as the only argument, and prints how the process ended. The simulation of AWS and the packages of
others are loaded once for all of them: what each function imports, test_imports.py finds out.
"""

import json
import os
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import aws_lambda_powertools.event_handler
import boto3
import jwt
import pydantic
import pymongo
from moto import mock_aws

__all__ = ["aws_lambda_powertools", "jwt", "pydantic", "pymongo"]

LIBRARY = Path(__file__).parents[2] / "layers/common/python"


@dataclass
class Context:
    """What handlers use of Lambda's context object."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "4c7e1b0a-5d2f-4e8b-9a6c-3f1d2b4c5e6f"

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


@mock_aws
def invoke(directory: str, environment: dict[str, str], event: Any) -> Any:
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:1] = [str(LIBRARY), directory]
    secrets = boto3.client("secretsmanager")
    uri = secrets.create_secret(Name="mongodb", SecretString=os.environ.pop("TEST_MONGODB_URI"))
    signing_key = secrets.create_secret(Name="signing-key", SecretString="placeholder")
    for name, secret in (("MONGODB_URI_SECRET_ARN", uri), ("SIGNING_KEY_SECRET_ARN", signing_key)):
        if name in os.environ:
            os.environ[name] = secret["ARN"]
    if "SecretId" in event:
        event["SecretId"] = signing_key["ARN"]
    return import_module("app").lambda_handler(event, Context())


def invoke_in_a_process(answer: Path, invocation: list[Any]) -> int:
    """Return the exit status of a process that writes the answer."""
    child = os.fork()
    if child == 0:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        try:
            answer.write_text(json.dumps(invoke(*invocation)))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


with mock_aws():  # which loads what it simulates
    boto3.client("secretsmanager", region_name="us-east-1")

for line in sys.stdin:
    print(invoke_in_a_process(Path(sys.argv[1]), json.loads(line)), flush=True)  # noqa: T201 - read by the tests
