"""The path that is routed, with and without the base path of a custom domain."""

import pytest

from tenantry.errors import NotFound
from tenantry.http.paths import routed
from tests.support.routes import ROUTES

BASE_PATHS = ["", "/api", "/api/v2", "/organizations", "/organizations/google", "/operator", "/v1"]
RESOURCES = sorted({resource for _, resource, _ in ROUTES if "+}" not in resource})


def sent(resource: str) -> str:
    return resource.replace("{organization}", "google").replace("{document}", "a%2Fb%20c;d")


@pytest.mark.parametrize("base_path", BASE_PATHS)
@pytest.mark.parametrize("resource", RESOURCES)
def test_a_base_path_is_removed_whatever_it_is(resource: str, base_path: str) -> None:
    path = sent(resource)
    assert routed({"path": base_path + path, "resource": resource}) == routed({"path": path}) != ""


def test_the_root_is_the_root_behind_a_base_path() -> None:
    assert [routed({"path": path, "resource": "/"}) for path in ("/", "/api", "/api/v2")] == ["/"] * 3


def test_the_path_of_a_proxy_resource_is_kept() -> None:
    assert routed({"path": "/api/files/a/b", "resource": "/files/{proxy+}"}) == "/api/files/a/b"


@pytest.mark.parametrize("event", [{}, {"resource": None}, {"resource": ""}])
def test_a_path_without_a_resource_is_kept(event: dict[str, None]) -> None:
    assert routed({"path": "/api/login", **event}) == "/api/login"


def test_a_path_shorter_than_its_resource_is_kept() -> None:
    assert routed({"path": "/login", "resource": "/organizations/{organization}"}) == "/login"


@pytest.mark.parametrize(
    "path", ["/api//login", "//api/login", "/./api/login", "/api/../login", "/api/%2e/login", "/api/login/"]
)
def test_a_base_path_has_one_spelling(path: str) -> None:
    with pytest.raises(NotFound):
        routed({"path": path, "resource": "/login"})
