"""Run one handler once, as Lambda would: a process of its own, its own directory, Secrets Manager at hand.

Reads the event from standard input and writes the handler's answer to the file named as the only argument.
"""

import json
import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import boto3
from moto import mock_aws


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
def main() -> None:
    secrets = boto3.client("secretsmanager")
    uri = secrets.create_secret(Name="mongodb", SecretString=os.environ.pop("TEST_MONGODB_URI"))
    signing_key = secrets.create_secret(Name="signing-key", SecretString="placeholder")
    for name, secret in (("MONGODB_URI_SECRET_ARN", uri), ("SIGNING_KEY_SECRET_ARN", signing_key)):
        if name in os.environ:
            os.environ[name] = secret["ARN"]
    event = json.load(sys.stdin)
    if "SecretId" in event:
        event["SecretId"] = signing_key["ARN"]
    answer = import_module("app").lambda_handler(event, Context())
    Path(sys.argv[1]).write_text(json.dumps(answer))


main()
