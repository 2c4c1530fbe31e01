"""The OpenAPI document, and for each of its operations a request that its schemas accept."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.support.owners import Owner
from tests.support.proxy_events import proxy_event
from tests.support.service import PROJECT, Answer

OPENAPI: Final = json.loads((PROJECT / "functions/docs/openapi.json").read_text())
OPERATOR_ARN: Final = "arn:aws:iam::123456789012:role/Operator"
JSON: Final = "application/json"

Path = tuple[str | int, ...]
"""The place of a value inside another: keys of objects and indexes of arrays, the outermost first."""


@dataclass(frozen=True)
class Operation:
    """An operation of the API."""

    method: str
    resource: str
    description: dict[str, Any]

    @property
    def body_schema(self) -> Any:
        """The schema of its body in JSON; None if it takes none."""
        content = self.description.get("requestBody", {}).get("content", {})
        return resolved(content[JSON]["schema"]) if JSON in content else None

    @property
    def body(self) -> Any:
        """A body that the schema accepts."""
        return sample(self.body_schema) if self.body_schema else None

    def parameters(self, place: str) -> list[str]:
        """Return the names of its parameters in the path, the query or the header."""
        parameters = self.description.get("parameters", [])
        return [parameter["name"] for parameter in parameters if parameter["in"] == place]

    def required_parameters(self, place: str) -> list[str]:
        """Return the names of those that it does not do without."""
        parameters = self.description.get("parameters", [])
        return [each["name"] for each in parameters if each["in"] == place and each["required"]]

    def send(
        self,
        owner: Owner,
        path_parameters: dict[str, str],
        query: dict[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Send a request with the token of an owner, who is the operator as well where that is asked for."""
        path = self.resource.format(
            **{name: quote(value, safe="") for name, value in path_parameters.items()}
        )
        fields = {"Authorization": f"Bearer {owner.token}", "Content-Type": JSON}
        text = None if body is None else json.dumps(body)
        event = proxy_event(self.method, f"{path}?{urlencode(query or {})}", fields, text)
        if "/operator/" in path:
            event["requestContext"]["identity"]["userArn"] = OPERATOR_ARN
        return owner.service.send(event)


OPERATIONS: Final = {
    description["operationId"]: Operation(method.upper(), path, description)
    for path, item in OPENAPI["paths"].items()
    for method, description in item.items()
}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to the schema that it stands for, and take the first of several."""
    if "$ref" in schema:
        return resolved(OPENAPI["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return resolved(schema["anyOf"][0]) if "anyOf" in schema else schema


def sample(schema: dict[str, Any]) -> Any:
    """Return a value that a schema accepts, with every property that it names."""
    if "examples" in schema and "properties" not in schema:
        return copy.deepcopy(schema["examples"][0])
    schema = resolved(schema)
    if "properties" in schema:
        return {name: sample(property_) for name, property_ in schema["properties"].items()}
    if "items" in schema:
        return [sample(schema["items"])]
    examples = schema.get("examples") or schema.get("enum") or [schema.get("default")]
    return examples[0] if examples[0] is not None else {"string": "text", "object": {}}[schema["type"]]


def closed_objects(schema: dict[str, Any], path: Path = ()) -> Iterator[Path]:
    """Find the objects in a sample of which the schema names every property."""
    schema = resolved(schema)
    if "properties" in schema:
        yield path
    for name, property_ in schema.get("properties", {}).items():
        yield from closed_objects(property_, (*path, name))
    if "items" in schema:
        yield from closed_objects(schema["items"], (*path, 0))


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the place of each value inside a value."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def at(value: Any, path: Path) -> Any:
    """Return the value at a place."""
    for key in path:
        value = value[key]
    return value


def replaced(value: Any, path: Path, by: Any) -> Any:
    """Return a copy of a value that has another value at a place."""
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = by
    return changed
