"""The collection has every operation, with credentials and contents that the OpenAPI document allows."""

import json
from collections.abc import Iterator
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]

from local.deployment import PROJECT

DOCUMENT: Final = json.loads((PROJECT / "functions/docs/openapi.json").read_text())
FILE: Final = PROJECT / "clients/collection/dist/tenantry.postman_collection.json"
CREDENTIALS: Final = {"bearer": "inherited", "iam": "awsv4"}
OPERATIONS: Final = {
    (method.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def requests(items: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each request with its operation."""
    for item in items:
        if "item" in item:
            yield from requests(item["item"])
        else:
            url = item["request"]["url"]
            parts = [f"{{{part[1:]}}}" if part.startswith(":") else part for part in url["path"]]
            assert url["raw"].startswith("{{baseUrl}}/")
            yield item, OPERATIONS[item["request"]["method"], "/" + "/".join(parts)]


def test_it_has_every_operation_where_a_user_meets_it() -> None:
    folders = json.loads(FILE.read_text())["item"]
    assert [folder["name"] for folder in folders] == [tag["name"] for tag in DOCUMENT["tags"]]
    found = [operation["operationId"] for _, operation in requests(folders)]
    assert sorted(found) == sorted(operation["operationId"] for operation in OPERATIONS.values())


def test_credentials_are_those_of_the_operation() -> None:
    for item, operation in requests(json.loads(FILE.read_text())["item"]):
        schemes = list(operation.get("security", [{}])[0])
        auth = item["request"]["auth"] or {"type": "inherited"}
        assert auth["type"] == (CREDENTIALS[schemes[0]] if schemes else "noauth"), operation["operationId"]


def test_tokens_and_ids_are_kept_in_variables() -> None:
    collection = json.loads(FILE.read_text())
    known = {each["key"] for each in collection["variable"]} | {"$guid"}
    assert {part.split("}}")[0] for part in FILE.read_text().split("{{")[1:]} == known
    keepers = {operation["operationId"] for item, operation in requests(collection["item"]) if item["event"]}
    keepers_of_tokens = {"login", "refresh", "switchOrganization", "confirmLogin"}
    assert keepers == keepers_of_tokens | {
        *("createOrganization", "listFormerSlugs", "listSessions", "listMembers", "invite", "createKey")
    }


def test_every_part_of_a_path_has_a_value() -> None:
    for item, operation in requests(json.loads(FILE.read_text())["item"]):
        values = [each["value"] for each in item["request"]["url"].get("variable", [])]
        assert all(values), operation["operationId"]


def test_contents_are_valid() -> None:
    count = 0
    for item, operation in requests(json.loads(FILE.read_text())["item"]):
        body = item["request"].get("body") or {}
        if body.get("mode") == "raw":
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.validate(json.loads(body["raw"]), schema | {"components": DOCUMENT["components"]})
            count += 1
    assert count > 20
