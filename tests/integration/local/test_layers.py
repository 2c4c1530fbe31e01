"""Functions of the local AWS read a layer from one directory, and each its own version."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from local.ministack import REGION, running_ministack
from local.processes import free_port

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

READERS = {"north": 0, "south": 0, "east": 1}  # functions, and the version of the layer that each has
ROLE = "arn:aws:iam::000000000000:role/reader"
READER = "import shared\ndef handler(event, context):\n    return [shared.VALUE, shared.__file__]\n"


@pytest.fixture
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator["LambdaClient"]:
    with running_ministack(tmp_path_factory.mktemp("stack"), free_port()) as (_, endpoint):
        yield boto3.Session("test", "test", region_name=REGION).client("lambda", endpoint_url=endpoint)


def archive(path: str, content: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr(path, content)
    return written.getvalue()


def published(functions: "LambdaClient", value: str) -> str:
    """Publish a version of a layer, and return its ARN."""
    layer = archive("python/shared.py", f"VALUE = {value!r}\n")
    return functions.publish_layer_version(LayerName="shared", Content={"ZipFile": layer})["LayerVersionArn"]


def read(functions: "LambdaClient", name: str) -> list[str]:
    """Return what a function reads from its layer, and where."""
    value, place = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
    return [value, place]


def test_functions_share_a_version_of_a_layer_and_no_other(functions: "LambdaClient") -> None:
    versions = [published(functions, value) for value in ("first", "second")]
    for name, version in READERS.items():
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="index.handler",
            Role=ROLE,
            Code={"ZipFile": archive("index.py", READER)},
            Layers=[versions[version]],
        )
    north, south, east = (read(functions, name) for name in READERS)
    assert north == south
    assert (north[0], east[0]) == ("first", "second")
