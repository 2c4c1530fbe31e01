"""The OpenAPI document is one that clients can be generated from."""

import re
from collections.abc import Iterator
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]

from local.openapi_order import TAGS
from tests.contract import sam_template

DOCUMENT: Final = sam_template.openapi()
OPERATIONS: Final = {
    operation["operationId"]: operation for item in DOCUMENT["paths"].values() for operation in item.values()
}
RESOLVED: Final = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "components": DOCUMENT["components"],
}


def validate(value: Any, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(RESOLVED | schema).validate(value)


def bodies() -> Iterator[dict[str, Any]]:
    """Yield the content of each body that is sent or answered, by media type."""
    for operation in OPERATIONS.values():
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            yield body.get("content", {})


def test_operations_come_in_the_order_in_which_a_user_meets_them() -> None:
    names = [tag["name"] for tag in DOCUMENT["tags"]]
    assert (names, names[0], names[-1]) == (list(TAGS), "Organizations", "Operator")
    first_of_path = [next(iter(item.values()))["tags"][0] for item in DOCUMENT["paths"].values()]
    assert first_of_path == sorted(first_of_path, key=names.index)


def test_every_operation_can_be_a_function_of_a_client() -> None:
    assert len(OPERATIONS) == sum(map(len, DOCUMENT["paths"].values())), "an operation id is there twice"
    for name, operation in OPERATIONS.items():
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name), name
        assert operation["summary"], name
        assert len(operation["tags"]) == 1, name


def test_every_problem_of_a_route_is_named_and_shown() -> None:
    for name, operation in OPERATIONS.items():
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get("application/problem+json")
            assert (content is not None) == (status >= "400"), (name, status)
            for code in content["examples"] if content else ():
                example = DOCUMENT["components"]["examples"][code]["value"]
                assert (example["code"], str(example["status"])) == (code, status), name
                validate(example, content["schema"])


def test_examples_of_bodies_are_what_their_schemas_say() -> None:
    for contents in bodies():
        for content in contents.values():
            for example in content.get("examples", {}).values():
                if "value" in example:
                    validate(example["value"], content["schema"])


def test_examples_of_properties_are_what_their_schemas_say() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            validate(example, schema)
        for property_ in schema.get("properties", {}).values():
            for example in property_.get("examples", ()):
                validate(example, property_)
        assert "HTTPValidation" not in name, "a shape that nothing answers"


def test_document_says_where_it_is_served() -> None:
    assert [server["url"] for server in DOCUMENT["servers"]] == [".", "https://{host}"]
