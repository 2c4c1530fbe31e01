"""Behind the base path of a custom domain every route is the same."""

import pytest

from tests.contract import sam_template
from tests.contract.events import EVENTS, REQUESTS
from tests.contract.sam_template import Route
from tests.support.proxy_events import STAGE, behind_domain, proxy_event
from tests.support.service import Service

ROUTES = sorted(sam_template.routes())
# None at all, two segments, and one that begins like a route.
BASE_PATHS = ["", "/api/v2", "/operator"]


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_found_behind_a_base_path(route: Route) -> None:
    """What no route answers is 404 or 405; OPTIONS tells the methods of the path without a database."""
    path = route.path.replace("{", "").replace("}", "")
    expected = Service().request("OPTIONS", path)
    assert expected.status == 204
    for base_path in BASE_PATHS:
        answer = Service(base_path).request("OPTIONS", path)
        assert (answer.status, answer.headers) == (expected.status, expected.headers)
        assert route.method in answer.headers["allow"].split(", ")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method != "GET"])
def test_a_request_is_refused_for_the_same_reason_behind_a_base_path(route: Route) -> None:
    """For its body or the type of that, or for want of a token."""
    path = route.path.replace("{", "").replace("}", "")
    fields = {"Content-Type": "application/json"}
    answers = [
        Service(base_path).request(route.method, path, headers=fields, body="{") for base_path in BASE_PATHS
    ]
    expected = Service().request(route.method, path, headers=fields, body="{")
    assert expected.code in {
        "malformed-request",
        "unsupported-media-type",
        "invalid-token",
        "operator-required",
    }
    assert {(answer.status, answer.code) for answer in answers} == {(expected.status, expected.code)}


@pytest.mark.parametrize("name", REQUESTS)
def test_events_behind_a_domain_differ_in_what_is_documented(name: str) -> None:
    event = EVENTS[name]
    mapped = behind_domain(event, "/tenants")
    assert mapped["path"] == mapped["requestContext"]["path"] == "/tenants" + event["path"]
    assert mapped["resource"] == mapped["requestContext"]["resourcePath"] == event["resource"]
    assert mapped["pathParameters"] == event["pathParameters"]
    assert mapped["headers"]["Host"] == mapped["requestContext"]["domainName"] == "api.example.com"
    assert mapped["requestContext"]["stage"] == STAGE


def test_the_event_of_the_default_endpoint_is_unchanged() -> None:
    event = proxy_event("GET", "/health", {}, None)
    behind_domain(event, "/tenants")
    assert (event["path"], event["requestContext"]["path"]) == ("/health", "/v1/health")
