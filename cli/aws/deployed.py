"""What AWS says of a stack: whether its functions and their layer fit together, and how much room there is.

A layer names architectures that its author declares, so what it was built for is told by the compiled modules
in it. Functions are looked at as their alias `live` has them, which requests go to.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
import urllib3

from cli.aws import quotas
from cli.aws.asking import described, guarded
from tenantry.lifecycle.oversight.findings import Finding, failed, judged, ok, warning

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

ALIAS: Final = "live"
COMPILED: Final = re.compile(r"\.cpython-3(\d+)-(aarch64|x86_64)-linux-gnu\.so$")
ARCHITECTURES: Final = {"aarch64": "arm64", "x86_64": "x86_64"}
DOWNLOAD_SECONDS: Final = 60.0

Configurations = dict[str, "FunctionConfigurationResponseTypeDef"]


class _Resources(NamedTuple):
    functions: list[str]
    layers: list[str]  # ARNs of versions


def examine(stack: str) -> Iterator[Finding]:
    """Yield what is found of a stack and of the account and region that it is in, changing nothing.

    Parameters
    ----------
    stack : str
        Its name; if it is not deployed yet, only the account is looked at.
    """
    yield from guarded(f"stack {stack}", lambda: _stack(stack))
    yield from guarded("executions at once", lambda: quotas.executions(stack))
    yield from guarded("stored code", quotas.stored_code)
    yield from guarded("IAM roles", quotas.roles)


def _stack(name: str) -> Iterator[Finding]:
    check, stack = f"stack {name}", described(name)
    if stack is None:
        yield warning(check, "there is none of this name in this account and region", "deploy it")
        return
    yield _status(check, stack)
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    resources = _resources([dict(each) for page in pages for each in page["StackResourceSummaries"]])
    yield from _functions(resources)


def _status(check: str, stack: "StackTypeDef") -> Finding:
    status = stack["StackStatus"]
    if status.endswith("_IN_PROGRESS"):
        return warning(check, status, "look again when the deployment has ended")
    if status.endswith("_COMPLETE") and not {"ROLLBACK", "DELETE"} & set(status.split("_")):
        return ok(check, status)
    events = f"`aws cloudformation describe-stack-events --stack-name {stack['StackName']}` says why"
    if status == "UPDATE_ROLLBACK_COMPLETE":
        return warning(check, f"{status}: the latest deployment was taken back", events)
    return failed(check, status, f"{events}; delete the stack, or continue its rollback")


def _resources(summaries: list[dict[str, Any]]) -> _Resources:
    ids: dict[str, list[str]] = {"AWS::Lambda::Function": [], "AWS::Lambda::LayerVersion": []}
    for summary in summaries:
        if summary["ResourceType"] in ids and summary["ResourceStatus"] != "DELETE_COMPLETE":
            ids[summary["ResourceType"]].append(summary["PhysicalResourceId"])
    functions, layers = ids.values()
    return _Resources(sorted(functions), layers)


def _functions(resources: _Resources) -> Iterator[Finding]:
    client = boto3.client("lambda")
    configurations = {name: _configuration(client, name) for name in resources.functions}
    if not configurations:
        yield failed("functions", "the stack has none", "name the stack of template.yaml")
        return
    yield from _states(configurations)
    yield _uniform("runtimes", configurations, lambda function: [function["Runtime"]])
    yield _uniform("architectures", configurations, lambda function: function["Architectures"])
    own = {layer.rpartition(":")[0] for layer in resources.layers}
    uses = {name: _layers_of(function, own) for name, function in configurations.items()}
    yield _version(uses, resources.layers)
    for layer in sorted({layer for layers in uses.values() for layer in layers}):
        users = [configurations[name] for name, layers in uses.items() if layer in layers]
        yield from guarded(f"layer {_named(layer)}", partial(_layer, client, layer, users))


def _configuration(client: "LambdaClient", name: str) -> "FunctionConfigurationResponseTypeDef":
    return client.get_function_configuration(FunctionName=name, Qualifier=ALIAS)


def _states(configurations: Configurations) -> Iterator[Finding]:
    broken = {
        name: function.get("StateReason") or function["State"]
        for name, function in configurations.items()
        if function.get("State") in {"Failed", "Pending"}
    }
    if not broken:
        yield ok("functions", f"{len(configurations)} can be invoked")
    for name, reason in broken.items():
        yield failed(
            f"function {name}", f"it cannot be invoked: {reason}", "put that right, and deploy again"
        )


def _uniform(check: str, configurations: Configurations, read: Callable[[Any], list[str]]) -> Finding:
    """Return whether all functions are alike, as the template makes them."""
    numbers = Counter(value for function in configurations.values() for value in read(function))
    found = ", ".join(f"{value} of {number} functions" for value, number in numbers.most_common())
    advice = "all get the same from the template: deploy again, or find out who has changed them"
    return judged(check, found, advice, is_well=len(numbers) == 1)


def _layers_of(function: Any, own: set[str]) -> list[str]:
    """Return the versions of the stack's layer that a function has."""
    arns = [layer["Arn"] for layer in function.get("Layers", [])]
    return [arn for arn in arns if arn.rpartition(":")[0] in own]


def _version(uses: dict[str, list[str]], latest: list[str]) -> Finding:
    """Return whether all functions have the version of the layer that was deployed last."""
    lacking = sorted(name for name, layers in uses.items() if not layers)
    if lacking:
        return failed("layer", f"{', '.join(lacking)} have none of the stack's", "deploy again")
    numbers = Counter(layer for layers in uses.values() for layer in layers)
    found = ", ".join(f"{_named(layer)} of {number} functions" for layer, number in numbers.most_common())
    advice = "a deployment is shifting traffic, or was interrupted: look again, then deploy again"
    return judged("layer", found, advice, is_well=set(numbers) <= set(latest))


def _layer(client: "LambdaClient", arn: str, users: list[Any]) -> Iterator[Finding]:
    """Compare what a layer was built for with the functions that have it."""
    check = f"layer {_named(arn)}"
    name, version = arn.split(":")[-2:]
    layer = client.get_layer_version(LayerName=name, VersionNumber=int(version))
    answer = urllib3.request("GET", layer["Content"]["Location"], timeout=DOWNLOAD_SECONDS, retries=2)
    built = _built_for(answer.data)
    if built is None:
        yield warning(
            check, "its content cannot be read, so nobody knows what it was built for", "look again"
        )
        return
    wanted = {
        (function["Runtime"], architecture)
        for function in users
        for architecture in function["Architectures"]
    }
    found = f"built for {_pairs(built)}, and used by functions of {_pairs(wanted)}"
    advice = "none of them starts: `ARCHITECTURE=... make build` builds it for the functions; deploy that"
    yield judged(check, found, advice, is_well=built == wanted, otherwise="failed")


def _built_for(content: bytes) -> set[tuple[str, str]] | None:
    """Return runtimes and architectures that the compiled modules of a layer's archive are for."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        return None
    compiled = [match for name in names if (match := COMPILED.search(name))]
    return {(f"python3.{match[1]}", ARCHITECTURES[match[2]]) for match in compiled} or None


def _pairs(pairs: set[tuple[str, str]]) -> str:
    return " and ".join(" on ".join(pair) for pair in sorted(pairs))


def _named(layer: str) -> str:
    return ":".join(layer.split(":")[-2:])
