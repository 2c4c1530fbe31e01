"""The routes of template.yaml, of the functions and of the OpenAPI document are the same."""

import importlib.util
import re
from types import ModuleType

import pytest

from tests.contract import sam_template
from tests.contract.sam_template import PROJECT, Route
from tests.smoke import test_operators
from tests.support.routes import route_of
from tests.support.service import Service

# The document describes the API, not the pages that use it.
UNDOCUMENTED = {Route("GET", "/console"), Route("GET", "/console/{file+}")}
# Which API Gateway gives to a parameter that is one for the function.
SEVERAL_SEGMENTS = {"/console/{file}": "/console/{file+}"}
DIRECTORIES = sam_template.function_directories()
WITH_ROUTES = sorted(set(sam_template.routes().values()))


def import_app(directory: str) -> ModuleType:
    path = PROJECT / "functions" / directory / "app.py"
    spec = importlib.util.spec_from_file_location(f"functions.{directory}.app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def app_routes(directory: str) -> set[Route]:
    app = import_app(directory).app
    routes = app._static_routes + app._dynamic_routes
    return {
        Route(route.method, SEVERAL_SEGMENTS.get(route.openapi_path, route.openapi_path)) for route in routes
    }


def test_every_function_directory_is_deployed_once() -> None:
    directories = {path.parent.name for path in PROJECT.glob("functions/*/app.py")}
    assert sorted(DIRECTORIES.values()) == sorted(directories)


@pytest.mark.parametrize("function", WITH_ROUTES)
def test_template_sends_a_function_exactly_its_own_routes(function: str) -> None:
    deployed = {route for route, target in sam_template.routes().items() if target == function}
    assert deployed == app_routes(DIRECTORIES[function])


@pytest.mark.parametrize("path", sorted({route.path for route in sam_template.routes()}))
def test_every_path_says_which_methods_it_has_to_any_other(path: str) -> None:
    """The function of ANY knows those that other functions have as well."""
    any_function = DIRECTORIES[sam_template.deployed_routes()[Route(sam_template.ANY, path)]]
    methods = {route.method for route in sam_template.routes() if route.path == path} | {"OPTIONS"}
    expected = sorted(methods | ({"HEAD"} if "GET" in methods else set()))
    sent = re.sub(r"[{}+]", "", path)
    for method, status in (("OPTIONS", 204), ("LINK", 405)):
        answer = Service().request(method, sent)
        assert (answer.status, answer.headers["allow"].split(", ")) == (status, expected)
        assert ("accept-patch" in answer.headers) == ("PATCH" in methods and status == 204)
    assert route_of("LINK", sent)[1] == any_function


@pytest.mark.parametrize("function", sorted(DIRECTORIES))
def test_every_function_has_the_handler_that_the_template_names(function: str) -> None:
    handler = sam_template.of_type("AWS::Lambda::Function")[function]["Handler"]
    module, _, name = handler.partition(".")
    assert module == "app"
    assert callable(getattr(import_app(DIRECTORIES[function]), name))


def test_openapi_document_describes_every_route() -> None:
    documented = {
        Route(method.upper(), path)
        for path, item in sam_template.openapi()["paths"].items()
        for method in item
    }
    assert documented | UNDOCUMENTED == set(sam_template.routes())


def test_functions_without_a_route_are_called_by_aws_itself() -> None:
    assert set(DIRECTORIES) - set(WITH_ROUTES) == {
        "AuthorizeFunction",
        "MeasureUsageFunction",
        "MoveOrganizationFunction",
        "PublishEventsFunction",
        "ReconcileFunction",
        "RollOutFunction",
        "RotateSigningKeyFunction",
        "SendMailFunction",
    }


def test_smoke_suite_sends_unsigned_requests_to_every_route_of_the_operator() -> None:
    asked = {(method, path.partition("?")[0]) for method, path, _ in test_operators.ROUTES}
    known = {Route(method, route_of(method, path)[0]) for method, path in asked}
    assert known == {route for route in sam_template.routes() if route.path.startswith("/operator/")}


def test_no_two_shapes_have_one_name() -> None:
    """The OpenAPI document would show one of them in place of both."""
    files = (PROJECT / "layers/common/python/tenantry/http").rglob("*.py")
    shapes = [
        name for file in files for name in re.findall(r"^class (\w+)\(", file.read_text(), re.MULTILINE)
    ]
    assert sorted(set(shapes)) == sorted(shapes)
