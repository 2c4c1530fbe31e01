"""Changes that depend on the version that the client has seen (RFC 9110 section 13.1.1)."""

import pytest

from tests.support.databases import Databases
from tests.support.owners import sign_up
from tests.support.service import Service


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"7", "1"', 200),
        ('"7","1" , W/"3"', 200),
        ('"2"', 412),
        ('W/"1"', 412),
        ('W/"1", "2"', 412),
        ("1", 412),
        ("", 412),
        ("nonsense", 412),
    ],
)
def test_if_match(service: Service, databases: Databases, field: str, status: int) -> None:
    owner = sign_up(service, "Google")
    before = databases.dump()
    changes = {"name": "Alphabet", "metadata": {"plan": "pro"}}
    answer = service.patch(owner.path, changes, token=owner.token, headers={"If-Match": field})
    assert answer.status == status
    if status == 412:
        assert answer.code == "precondition-failed"
        assert databases.dump() == before
    else:
        assert answer.json["slug"] == "alphabet"


def test_second_change_with_the_same_etag_fails(service: Service) -> None:
    owner = sign_up(service, "Google")
    first = service.patch(owner.path, {"name": "A one"}, token=owner.token, headers={"If-Match": '"1"'})
    second = service.patch(owner.path, {"name": "A two"}, token=owner.token, headers={"If-Match": '"1"'})
    third = service.patch(
        owner.path, {"name": "A two"}, token=owner.token, headers={"If-Match": first.headers["etag"]}
    )
    assert [first.status, second.status, third.status] == [200, 412, 200]
