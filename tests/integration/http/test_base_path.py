"""Addresses in answers behind the base path of a custom domain, where clients find what they name."""

import json

import pytest

from tests.support.owners import PASSWORD, sign_up
from tests.support.proxy_events import behind_domain, proxy_event
from tests.support.service import Answer, Service

BASE_PATHS = ["", "/tenants", "/operator"]


def created_by_operator(service: Service, base_path: str) -> Answer:
    body = {"name": "Amazon", "email": "jeff@example.com", "password": PASSWORD}
    fields = {"Content-Type": "application/json"}
    event = proxy_event("POST", "/operator/organizations", fields, json.dumps(body))
    event["requestContext"]["identity"]["userArn"] = "arn:aws:iam::123456789012:user/operator"
    return service.send(behind_domain(event, base_path))


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("base_path", BASE_PATHS)
def test_locations_have_the_base_path_and_no_stage(base_path: str) -> None:
    service = Service(base_path)
    owner = sign_up(service, "Google")
    documents, indexes = f"{owner.path}/documents", f"{owner.path}/indexes"
    by_token = service.post("/organizations", {"name": "Alphabet"}, token=owner.token)
    by_operator = created_by_operator(service, base_path)
    document = service.post(documents, {"_id": "milk"}, token=owner.token)
    index = service.post(indexes, {"keys": [{"field": "due"}], "name": "by-due"}, token=owner.token)
    assert [answer.status for answer in (by_token, by_operator, document, index)] == [201] * 4
    organizations = f"{base_path}/organizations"
    assert by_token.headers["location"] == f"{organizations}/{by_token.json['organization']['id']}"
    assert by_operator.headers["location"] == f"{organizations}/{by_operator.json['organization']['id']}"
    assert document.headers["location"] == f"{base_path}{documents}/milk"
    assert index.headers["location"] == f"{base_path}{indexes}/by-due"
    found = document.headers["location"].removeprefix(base_path)
    assert service.get(found, token=owner.token).json == {"_id": "milk"}


@pytest.mark.usefixtures("service")
def test_tokens_do_not_depend_on_the_host() -> None:
    owner = sign_up(Service("/tenants"), "Google")
    for service in (Service(), Service(""), Service("/api/v2")):
        assert service.get(owner.path, token=owner.token).json == owner.organization
