"""One organization's token opens no other organization, and does not tell whether there is one."""

import pytest

from tests.e2e.http_service import HttpService, unique
from tests.support.databases import Databases
from tests.support.owners import Owner, sign_up
from tests.support.service import OMITTED

WAITING = ("outbox", "mails")  # for functions that come by themselves and take it away
BODIES = {"GET": OMITTED, "PATCH": {"name": "Mine"}, "DELETE": OMITTED}


@pytest.fixture(scope="module")
def victim(service: HttpService) -> Owner:
    return sign_up(service, unique("Amazon"))


@pytest.mark.parametrize("method", BODIES)
def test_another_organization_looks_like_a_missing_one(
    service: HttpService, owner: Owner, victim: Owner, databases: Databases, method: str
) -> None:
    before = databases.dump(apart_from=WAITING)
    body = BODIES[method]
    for existing in (victim.id, victim.slug):
        missing = existing[:-4] + "zzzz"
        refused = service.request(method, f"/organizations/{existing}", token=owner.token, json_body=body)
        not_found = service.request(method, f"/organizations/{missing}", token=owner.token, json_body=body)
        assert refused.status == 404
        assert refused.code == "organization-not-found"
        assert refused.apart_from_request_id == not_found.apart_from_request_id
        assert refused.text != not_found.text  # each names its own request
    assert databases.dump(apart_from=WAITING) == before


def test_login_does_not_tell_whether_another_organization_exists(
    service: HttpService, owner: Owner, victim: Owner
) -> None:
    def log_in_to(organization: str) -> object:
        body = {
            "email": owner.email,
            "password": "correct horse battery staple",
            "organization": organization,
        }
        answer = service.post("/login", body)
        assert answer.status == 401
        return answer.apart_from_request_id

    assert log_in_to(victim.slug) == log_in_to(victim.slug[:-4] + "zzzz")
