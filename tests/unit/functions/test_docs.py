import json
from typing import Any

import pytest

from local.openapi import DOCUMENT, merged_document
from tests.support.service import Answer, Service


@pytest.fixture
def openapi() -> Answer:
    return Service().get("/openapi.json")


@pytest.fixture
def page() -> Answer:
    return Service().get("/docs")


def operations() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = json.loads(DOCUMENT.read_text())["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, item in paths.items()
        for method, operation in item.items()
    }


def test_the_openapi_document_is_that_of_the_functions() -> None:
    assert merged_document() == DOCUMENT.read_text(), (
        "functions/docs/openapi.json is outdated: run `make openapi`"
    )


def test_the_openapi_document_is_served(openapi: Answer) -> None:
    assert openapi.status == 200
    assert openapi.headers["content-type"] == "application/json"
    assert openapi.text == DOCUMENT.read_text()


def test_the_documents_may_be_cached(openapi: Answer, page: Answer) -> None:
    assert openapi.headers["cache-control"] == page.headers["cache-control"] == "public, max-age=300"


def test_swagger_ui_is_one_page_with_the_document_inside(page: Answer) -> None:
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "SwaggerUIBundle(" in page.text
    assert DOCUMENT.read_text().replace("</", "<\\/") in page.text


def test_swagger_ui_loads_nothing_from_elsewhere(page: Answer) -> None:
    for loading in ("<script src", "<link rel='stylesheet'", '<link rel="stylesheet"', "@import"):
        assert loading not in page.text


def test_swagger_ui_is_nobodys_frame_and_loads_from_nowhere(page: Answer) -> None:
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["default-src"] == "'none'"
    assert "http" not in page.headers["content-security-policy"]


def test_the_page_fits_into_an_answer_of_lambda(page: Answer) -> None:
    assert len(page.text.encode()) < 6 * 2**20


def test_the_documents_need_neither_body_nor_database() -> None:
    service = Service()
    assert service.get("/openapi.json", headers={"Authorization": "Bearer wrong"}).status == 200


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_is_described(name: str) -> None:
    operation = operations()[name]
    assert operation["summary"]
    assert operation["description"]
    assert operation["operationId"]
    for status, answer in operation["responses"].items():
        assert answer["description"]
        if int(status) >= 400:
            assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_that_may_answer_401_for_its_token_asks_for_one(name: str) -> None:
    operation = operations()[name]
    asks = {"bearer": []} in operation.get("security", [])
    by_body = {"POST /login", "POST /login/refresh", "POST /login/switch", "POST /logout"}
    assert asks == ("401" in operation["responses"] and name not in by_body)


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert sorted(set(names)) == sorted(names)
