"""template.yaml as written, and as CloudFormation gets it from the SAM transform."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from boto3 import Session
from samcli.yamlhelper import parse_yaml_file  # type: ignore[import-untyped]
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

PROJECT = Path(__file__).resolve().parents[2]

NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})

ANY = "ANY"
ANY_METHOD = "x-amazon-apigateway-any-method"

Resource = dict[str, Any]


class Route(NamedTuple):
    """One method of one path."""

    method: str
    path: str


def template() -> dict[str, Any]:
    """Return template.yaml with intrinsic functions in their long form."""
    return _copy(_parsed())


@cache
def stack() -> dict[str, Resource]:
    """Return the resources that CloudFormation creates."""
    return dict(translation()["Resources"])


def translation() -> dict[str, Any]:
    """Return what the SAM transform makes of template.yaml."""
    return _copy(_translated())


def transformed(source: dict[str, Any]) -> dict[str, Resource]:
    """Return the resources that CloudFormation creates from a template, which is changed by it."""
    return dict(translated(source)["Resources"])


def translated(source: dict[str, Any], parameters: Mapping[str, Any] = NO_PARAMETERS) -> dict[str, Any]:
    """Return what the SAM transform makes of a template, which is changed by it.

    Parameters
    ----------
    source : dict
        The template.
    parameters : mapping
        Values of parameters that are not the default.
    """
    for resource in source["Resources"].values():
        for location in {"CodeUri", "ContentUri"} & resource["Properties"].keys():
            resource["Properties"][location] = "s3://bucket/key"  # the transform takes no local path
    translator = Translator({}, Parser(), boto_session=Session(region_name="us-east-1"))
    return _copy(translator.translate(source, dict(parameters)))


def of_type(name: str) -> dict[str, Resource]:
    """Return the properties of all resources of a type by logical id."""
    return {
        logical_id: resource.get("Properties", {})
        for logical_id, resource in stack().items()
        if resource["Type"] == name
    }


def function_directories() -> dict[str, str]:
    """Return the directory of each function by logical id."""
    return {
        logical_id: Path(resource["Properties"]["CodeUri"]).name
        for logical_id, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def environment(logical_id: str) -> dict[str, Any]:
    """Return the environment variables of a function."""
    return dict(of_type("AWS::Lambda::Function")[logical_id]["Environment"]["Variables"])


@cache
def routes() -> Mapping[Route, str]:
    """Return the logical id of the function behind each route of the API."""
    deployed = deployed_routes()
    functions = {route: function for route, function in deployed.items() if route.method != ANY}
    for _, path in deployed.keys() - functions.keys():
        for method in _documented_methods(path):
            functions.setdefault(Route(method, path), deployed[Route(ANY, path)])
    return functions


@cache
def deployed_routes() -> Mapping[Route, str]:
    """Return the logical id of the function behind each method of a path, which may be ANY."""
    body = of_type("AWS::ApiGateway::RestApi")["Api"]["Body"]
    return {
        Route(ANY if method == ANY_METHOD else method.upper(), path): _function_of(operation)
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
    }


def _documented_methods(path: str) -> set[str]:
    """Return the methods of a path in the OpenAPI document, which leaves out where it is published."""
    return {method.upper() for method in openapi()["paths"].get(path, {"get": {}})}


@cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return dict(json.loads((PROJECT / "functions/docs/openapi.json").read_text()))


@cache
def _translated() -> dict[str, Any]:
    return translated(template())


@cache
def _parsed() -> dict[str, Any]:
    return dict(parse_yaml_file(str(PROJECT / "template.yaml")))


def _copy(document: dict[str, Any]) -> dict[str, Any]:
    """Copy a document so that no part of it is shared, as YAML aliases are, and all of it is plain."""
    return dict(json.loads(json.dumps(document)))


def _function_of(operation: dict[str, Any]) -> str:
    """Return the logical id of the function whose alias an operation calls."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    called = re.fullmatch(r".+/functions/\$\{(\w+)Aliaslive\}/invocations", uri)
    assert called, uri
    return called[1]
