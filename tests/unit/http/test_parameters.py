"""Query parameters: a route takes those that its signature declares, and no others."""

import importlib.util
import json
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.params import Query

from tenantry import http
from tenantry.http.parameters import OnlyDeclared, check_query
from tests.support.proxy_events import proxy_event
from tests.support.service import PROJECT, LambdaContext

app = APIGatewayRestResolver(enable_validation=True)


@app.get("/pages")
def list_pages(_: OnlyDeclared, limit: int = 1, after: Annotated[str, Query(alias="from")] = "") -> list[Any]:
    return [limit, after]


@app.get("/page")
def get_page(_: OnlyDeclared) -> list[Any]:
    return []


@app.get("/all")
def list_all(limit: int = 1) -> list[Any]:
    return [limit]


handler = http.lambda_handler(app)


def get(path: str) -> tuple[int, Any]:
    context: Any = LambdaContext("test")
    event = proxy_event("GET", "/health", {}, None)
    path, _, query = path.partition("?")
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    event["path"] = path
    event["multiValueQueryStringParameters"] = {
        name: [value for key, value in pairs if key == name] for name, _ in pairs
    }
    answer = handler(event, context)
    body = json.loads(answer["body"])
    return answer["statusCode"], body["errors"] if answer["statusCode"] == 422 else body


def test_what_the_signature_declares_is_taken_by_its_name_in_the_query() -> None:
    assert get("/pages?limit=2&from=x") == (200, [2, "x"])
    assert get("/pages") == (200, [1, ""])
    assert get("/page") == (200, [])


@pytest.mark.parametrize(
    ("path", "name"),
    [("/pages?limits=2", "limits"), ("/pages?after=x", "after"), ("/page?limit=2", "limit")],
)
def test_what_it_does_not_declare_is_refused(path: str, name: str) -> None:
    assert get(path) == (422, [{"field": name, "message": "is not a parameter here"}])


def test_what_is_given_twice_is_refused() -> None:
    status, [error] = get("/pages?limit=2&limit=3")
    assert (status, error["field"]) == (422, "limit")


def test_a_route_that_does_not_ask_for_it_ignores_what_it_does_not_declare() -> None:
    assert get("/all?limits=2") == (200, [1])


def routes() -> list[Route]:
    """Return the routes of all functions."""
    of_functions: list[Route] = []
    for source in sorted(PROJECT.glob("functions/*/app.py")):
        spec = importlib.util.spec_from_file_location(source.parent.name, source)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if resolver := getattr(module, "app", None):
            of_functions += resolver._static_routes + resolver._dynamic_routes
    return of_functions


def test_routes_with_a_query_and_all_of_documents_refuse_what_they_do_not_declare() -> None:
    refusing = {
        route.operation_id
        for route in routes()
        if any(dependency.depends.dependency is check_query for dependency in route.dependant.dependencies)
    }
    with_query = {route.operation_id for route in routes() if route.dependant.query_params}
    of_documents = {route.operation_id for route in routes() if route.tags == ["Documents"]}
    without_query = {
        "examine",
        "getStatus",
        "getUsage",
        "listFormerSlugs",
        "listKeys",
        "listKeysAsOperator",
    }  # which may have some one day
    assert refusing == with_query | of_documents | without_query
