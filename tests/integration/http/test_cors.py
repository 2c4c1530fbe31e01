"""Every route answers pages of allowed origins, whether it succeeds or not; the operator's do not."""

import pytest

from tenantry.http import cors
from tenantry.runtime.settings import settings
from tests.integration.tenants.isolation.routes import ALL, OF_OPERATOR, SAMPLES, Route
from tests.integration.tenants.isolation.tenants import Tenant, create_tenant
from tests.support.databases import Databases
from tests.support.service import OMITTED, Answer, Service

APP = "https://app.example.com"
FOREIGN = "https://app.example.com.evil.com"
SHARED = {"access-control-allow-origin": APP, "access-control-expose-headers": cors.RESPONSE_FIELDS}


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", f"http://localhost:5173,{APP}")
    settings.cache_clear()


@pytest.fixture
def google(service: Service, databases: Databases) -> Tenant:
    return create_tenant(service, databases)


def fields_of_cors(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def preflight(service: Service, route: Route, origin: str) -> Answer:
    fields = {
        "Origin": origin,
        "Access-Control-Request-Method": route.method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return service.request("OPTIONS", route.path("google"), headers=fields)


@pytest.mark.parametrize("route", ALL, ids=str)
def test_preflight_of_an_allowed_origin_is_granted_without_token_and_database(route: Route) -> None:
    answer = preflight(Service(), route, APP)
    assert (answer.status, answer.text) == (204, "")
    assert route.method in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"]
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-headers"] == cors.REQUEST_FIELDS
    assert answer.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("route", ALL, ids=str)
def test_preflight_of_any_other_origin_is_not_granted(route: Route) -> None:
    for origin in (FOREIGN, "null", APP.upper()):
        answer = preflight(Service(), route, origin)
        assert answer.status == 204
        assert fields_of_cors(answer) == {}


@pytest.mark.parametrize("route", OF_OPERATOR, ids=str)
def test_no_origin_is_allowed_on_a_route_of_the_operator(service: Service, route: Route) -> None:
    for answer in (
        preflight(service, route, APP),
        service.request(route.method, route.path("google"), headers={"Origin": APP}),
    ):
        assert fields_of_cors(answer) == {}
        assert "vary" not in answer.headers


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("route", ALL, ids=str)
def test_page_reads_a_success_and_a_problem(service: Service, google: Tenant, route: Route) -> None:
    sample = SAMPLES[route]
    body = sample.body(google)
    for origin, shared in ((FOREIGN, {}), (APP, SHARED)):
        refused = service.request(
            route.method, route.path("nobody"), token="none", body="{", headers={"Origin": origin}
        )
        assert fields_of_cors(refused) == shared
        assert "Origin" in refused.headers["vary"].split(", ")
    answer = service.request(
        route.method,
        route.path(google.slug, google),
        token=google.token if sample.needs_token else None,
        **({} if body is OMITTED else {"json_body": body}),
        headers={"Origin": APP},
    )
    assert answer.status == sample.status
    assert fields_of_cors(answer) == SHARED
