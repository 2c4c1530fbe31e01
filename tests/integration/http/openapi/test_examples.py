"""What Swagger UI fills in works: the examples of the OpenAPI document, tried one after the other."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest

from tests.support.databases import Databases
from tests.support.owners import sign_up
from tests.support.service import PROJECT, Service

OPENAPI = json.loads((PROJECT / "functions/docs/openapi.json").read_text())
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in OPENAPI["paths"].items()
    for method, operation in item.items()
}
# In an order in which each finds what it needs.
IN_ORDER = (
    "insertDocuments", "putDocument", "listDocuments", "countDocuments", "getDocument", "patchDocument",
    "deleteDocument", "createIndex", "listIndexes", "dropIndex",
)  # fmt: skip


class Sample(NamedTuple):
    """A request's body with its media type."""

    media_type: str
    body: str


def path_of(path: str, operation: dict[str, Any]) -> str:
    """Return the path and query that Swagger UI makes of the parameters' examples and defaults."""
    values = {
        parameter["name"]: parameter["schema"].get("example", parameter["schema"].get("default"))
        for parameter in operation.get("parameters", [])
        if parameter["in"] in {"path", "query"}
    }
    in_path = {name: quote(str(value), safe="") for name, value in values.items() if f"{{{name}}}" in path}
    query = {
        name: str(value) if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if name not in in_path and value is not None
    }
    return f"{path.format(**in_path)}?{urlencode(query)}"


def samples_of(operation: dict[str, Any]) -> Iterator[Sample | None]:
    """Return each example of each media type of the body, or None for a request without a body."""
    if "requestBody" not in operation:
        yield None
        return
    for media_type, content in operation["requestBody"]["content"].items():
        for value in values_of(content):
            yield Sample(media_type, value if isinstance(value, str) else json.dumps(value))


def values_of(content: dict[str, Any]) -> list[Any]:
    if "examples" in content:
        return [example["value"] for example in content["examples"].values()]
    model = OPENAPI["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return list(model["examples"])


def test_every_operation_on_documents_and_indexes_is_tried() -> None:
    tagged = {
        name
        for name, (*_, operation) in OPERATIONS.items()
        if operation.get("tags") in (["Documents"], ["Indexes"])
    }
    assert set(IN_ORDER) == tagged


def test_examples_work_when_tried(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    for name in IN_ORDER:
        method, path, operation = OPERATIONS[name]
        for sample in samples_of(operation):
            headers = {"Content-Type": sample.media_type} if sample else {}
            body = sample.body if sample else None
            answer = service.request(
                method, path_of(path, operation), body=body, token=owner.token, headers=headers
            )
            assert answer.status < 300, f"{name} {sample}: {answer.text}"
            assert str(answer.status) in operation["responses"]
    assert databases.tenants["org_google"].count_documents({"tags": "first"}) == 2


@pytest.mark.parametrize("name", IN_ORDER)
def test_parameters_and_bodies_are_described(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    read_by_dependencies = {"_", "document_id", "sent", "changes", "member", "request"}
    for parameter in operation.get("parameters", []):
        assert parameter["name"] not in read_by_dependencies
        assert parameter["description"]
    writes = name.startswith(("insert", "put", "patch", "create"))
    assert ("requestBody" in operation) == writes
