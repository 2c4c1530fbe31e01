"""Pages of other origins call the API, in a real browser."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.processes import HOST
from tests.e2e.browser import OF_ITS_OWN_ORIGIN, WITHOUT_ORIGIN, Request, answers_to
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.support.owners import PASSWORD, Owner, email_of

JSON = {"Content-Type": "application/json"}
REFUSED = {"error": "TypeError"}


@pytest.fixture
def api(deployment: Deployment) -> str:
    return deployment.stack.api_url


@pytest.fixture
def origin(deployment: Deployment) -> str:
    """The origin on this machine that the stack allows."""
    return deployment.allowed_origins[0]


def of_owner(api: str, owner: Owner) -> list[Request]:
    """Return requests of which each succeeds if it is sent."""
    url, token = api + owner.path, {"Authorization": f"Bearer {owner.token}"}
    document = JSON | token | {"Idempotency-Key": "of a page", "Accept": "application/ejson"}
    return [
        {"url": f"{api}/health"},
        {"url": url, "headers": token},
        {"url": f"{url}/documents", "method": "POST", "headers": document, "body": '{"_id": "milk"}'},
        {
            "url": url,
            "method": "PATCH",
            "headers": JSON | token | {"If-Match": "*"},
            "body": '{"metadata": {"of": "a page"}}',
        },
        {"url": f"{url}/documents/milk", "method": "DELETE", "headers": token},
    ]


def test_page_of_an_allowed_origin_signs_up_logs_in_and_works(
    api: str, origin: str, owner: Owner, tmp_path: Path
) -> None:
    name = unique("Page")
    login = {"email": email_of(name), "password": PASSWORD}
    sign_up = [
        {"url": f"{api}/organizations", "method": "POST", "headers": JSON, "body": json.dumps(body)}
        for body in ({"name": name} | login, {"name": name})
    ]
    log_in = {"url": f"{api}/login", "method": "POST", "headers": JSON, "body": json.dumps(login)}

    created, refused, logged_in, health, read, inserted, changed, deleted = answers_to(
        [*sign_up, log_in, *of_owner(api, owner)], origin, tmp_path
    )

    assert (created["status"], "location" in created["headers"]) == (201, True)
    assert (refused["status"], json.loads(refused["text"])["code"]) == (422, "invalid-fields")
    assert (logged_in["status"], "access_token" in json.loads(logged_in["text"])) == (200, True)
    assert health["status"] == 200
    assert (read["status"], "etag" in read["headers"]) == (200, True)
    assert (inserted["status"], "location" in inserted["headers"]) == (201, True)
    assert json.loads(changed["text"])["metadata"] == {"of": "a page"}
    assert deleted["status"] == 204


def test_page_of_an_allowed_origin_reads_problems(
    api: str, origin: str, owner: Owner, tmp_path: Path
) -> None:
    token = {"Authorization": f"Bearer {owner.token}"}
    answers = answers_to(
        [
            {"url": api + owner.path},
            {"url": f"{api}{owner.path}/documents/milk", "headers": token},
            {"url": api + owner.path, "method": "DELETE", "headers": token | {"If-Match": '"0"'}},
        ],
        origin,
        tmp_path,
    )
    problems = [(answer["status"], json.loads(answer["text"])["code"]) for answer in answers]
    assert problems == [(401, "invalid-token"), (404, "document-not-found"), (412, "precondition-failed")]


@pytest.mark.parametrize(
    ("host", "sandbox"),
    [(HOST, OF_ITS_OWN_ORIGIN), ("localhost", WITHOUT_ORIGIN)],
    ids=["of another host", "without an origin"],
)
def test_any_other_page_reads_nothing_and_changes_nothing(
    deployment: Deployment, owner: Owner, host: str, sandbox: str, tmp_path: Path
) -> None:
    service, (origin, *_) = owner.service, deployment.allowed_origins
    before = service.get(owner.path, token=owner.token)
    requests = of_owner(deployment.stack.api_url, owner)
    answers = answers_to(requests, origin.replace("localhost", host), tmp_path, sandbox)
    assert answers == [REFUSED] * len(requests)
    after = service.get(owner.path, token=owner.token)
    assert (after.json, after.headers["etag"]) == (before.json, before.headers["etag"])
    assert service.get(f"{owner.path}/count", token=owner.token).json == {"count": 0}


def test_no_page_calls_the_operators_routes_or_sends_other_header_fields(
    api: str, origin: str, owner: Owner, tmp_path: Path
) -> None:
    headers = {"Authorization": f"Bearer {owner.token}"}
    requests = [
        {"url": f"{api}/operator/audit", "headers": headers},
        {"url": f"{api}/operator/organizations", "method": "POST", "headers": JSON, "body": "{}"},
        {"url": api + owner.path, "headers": headers | {"X-Forwarded-For": "203.0.113.7"}},
        {"url": api + owner.path, "headers": headers, "credentials": "include"},
    ]
    assert answers_to(requests, origin, tmp_path) == [REFUSED] * len(requests)


def fields_of_cors(headers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


def test_answers_outside_of_a_browser_have_the_fields_for_an_allowed_origin_only(
    deployment: Deployment, service: HttpService, owner: Owner
) -> None:
    for origin in deployment.allowed_origins:
        answer = service.get(owner.path, headers={"Origin": origin})
        assert answer.status == 401
        assert answer.headers["vary"] == "Origin"
        assert answer.headers["access-control-allow-origin"] == origin
        for other in (f"{origin}.evil.com", f"{origin}:443", origin.upper(), "null", "*"):
            refused = service.get(owner.path, headers={"Origin": other})
            assert (refused.status, refused.headers["vary"]) == (401, "Origin")
            assert fields_of_cors(refused.headers) == {}
