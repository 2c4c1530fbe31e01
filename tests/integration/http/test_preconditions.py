"""Changes that depend on the version that the client has seen (RFC 9110 section 13)."""

from functools import partial

import pytest

from tenantry.errors import PreconditionFailed
from tenantry.http.preconditions import condition
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tenantry.registry.organizations import changing
from tests.integration.kinds import KINDS, place
from tests.support import library
from tests.support.databases import Databases
from tests.support.overtaking import once_before
from tests.support.owners import sign_up
from tests.support.service import Service


@pytest.fixture
def kind(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    return place(request.param, monkeypatch)


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
        ("1", 400),
        ("", 412),
        ("nonsense", 400),
    ],
)
def test_if_match(service: Service, databases: Databases, field: str, status: int) -> None:
    owner = sign_up(service, "Google")
    before = databases.fingerprint()
    changes = {"name": "Alphabet", "metadata": {"color": "green"}}
    answer = service.patch(owner.path, changes, token=owner.token, headers={"If-Match": field})
    assert answer.status == status
    if status != 200:
        assert answer.code == ("precondition-failed" if status == 412 else "malformed-request")
        assert databases.fingerprint() == before
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


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"If-Match": '"1"'}, 204),
        ({"If-Match": "*", "If-None-Match": '"2"'}, 204),
        ({"If-Match": '"2"'}, 412),
        ({"If-Match": 'W/"1"'}, 412),
        ({"If-Match": '"0"', "If-Unmodified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 412),
        ({"If-Unmodified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"}, 204),
        ({"If-None-Match": "*"}, 412),
        ({"If-None-Match": 'W/"1"'}, 412),
        ({"If-Match": "1"}, 400),
    ],
)
@pytest.mark.parametrize("kind", KINDS, indirect=True)
def test_deletion_on_condition(
    service: Service, databases: Databases, kind: str, fields: dict[str, str], status: int
) -> None:
    owner = sign_up(service, "Google")
    before = databases.fingerprint()
    assert service.delete(owner.path, token=owner.token, headers=fields).status == status
    assert (databases.fingerprint() == before) == (status != 204)


@pytest.mark.parametrize("kind", KINDS, indirect=True)
def test_deletion_that_a_change_overtakes_is_refused(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The change comes when the condition has been found to hold, before the deletion is decided."""
    member = library.create("Google")
    decides = "remove" if kind == "pooled" else "replace"
    once_before(monkeypatch, changing, decides, partial(library.rename, member, "Alphabet"))
    with pytest.raises(PreconditionFailed):
        deleting.delete(member, condition('"1"'))
    assert databases.organization(member.organization_id)["name"] == "Alphabet"
    databases.check_invariants()


def test_deletion_on_condition_of_what_another_has_deleted(member: Membership) -> None:
    deleting.delete(member)
    deleting.delete(member)
    with pytest.raises(PreconditionFailed):
        deleting.delete(member, condition("*"))


def test_organization_is_read_on_condition(service: Service) -> None:
    owner = sign_up(service, "Google")
    unchanged = service.get(owner.path, token=owner.token, headers={"If-None-Match": '"1"'})
    assert (unchanged.status, unchanged.text, unchanged.headers["etag"]) == (304, "", '"1"')
    service.patch(owner.path, {"metadata": {"a": 1}}, token=owner.token)
    changed = service.get(owner.path, token=owner.token, headers={"If-None-Match": '"1"'})
    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
