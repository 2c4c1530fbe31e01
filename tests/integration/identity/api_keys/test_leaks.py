"""The operator ends a key that somebody has found, of whatever organization."""

import json
from io import StringIO
from typing import Any

import pytest

from tenantry.identity.api_keys import managing, texts
from tenantry.identity.api_keys.managing import NewKey, Shown
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.owners import Owner
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service

OPERATOR = "arn:aws:iam::123456789012:user/ada"


@pytest.fixture
def leaked(owner: Owner, databases: Databases) -> Shown:
    member = databases.master["members"].find_one({"organization_id": owner.id})
    assert member is not None
    return managing.create(library.membership(member["account_id"], owner.id), NewKey("leaked", ["indexes"]))


def as_operator(service: Service, method: str, path: str) -> Answer:
    event = proxy_event(method, path, {}, None)
    event["requestContext"]["identity"]["userArn"] = OPERATOR
    return service.send(event)


def is_refused(owner: Owner, key: str) -> bool:
    answer = owner.service.get(f"{owner.path}/indexes", token=key)
    assert answer.status in (200, 401)
    return answer.status == 401


def revocations(databases: Databases) -> list[Any]:
    return list(databases.master["audit"].find({"action": "key.revoked"}))


def test_the_operator_lists_keys_and_revokes_one_by_its_id(
    service: Service, databases: Databases, owner: Owner, leaked: Shown
) -> None:
    assert not is_refused(owner, leaked.text)
    listed = as_operator(service, "GET", f"/operator/organizations/{owner.slug}/keys")
    assert [key["id"] for key in listed.json["keys"]] == [leaked.key["_id"]]
    assert "tk_" not in listed.text
    assert as_operator(service, "GET", "/operator/organizations/nobody/keys").status == 404
    for status in (204, 404):
        assert as_operator(service, "DELETE", f"/operator/keys/{leaked.key['_id']}").status == status
        assert is_refused(owner, leaked.text)
    (record,) = revocations(databases)
    assert record["actor"] == {"type": "operator", "id": OPERATOR}
    assert record["organization_ids"] == [owner.id]
    for method, path in (("GET", f"{owner.path}/keys"), ("DELETE", f"/keys/{leaked.key['_id']}")):
        assert owner.service.request(method, f"/operator{path}", token=owner.token).status == 403


def test_a_command_takes_the_key_from_its_input_alone(
    databases: Databases, owner: Owner, leaked: Shown, log: StringIO
) -> None:
    second = managing.add_secret(library.membership(leaked.key["created_by"], owner.id), leaked.key["_id"])
    listed = tenantry("api-key", "list", owner.slug)
    assert leaked.key["_id"] in "".join(listed.output.split())
    as_argument = tenantry("api-key", "revoke", second.text)
    assert as_argument.exit_code == 2
    forged = texts.draw(leaked.key["_id"]).text
    for text in (forged, second.text[:-1], "", "nonsense"):
        assert tenantry("api-key", "revoke", sent=text).exit_code == 1
    assert not is_refused(owner, leaked.text)
    result = tenantry("api-key", "revoke", "--json", sent=f" {second.text}\n")
    assert json.loads(result.stdout) == {"revoked": leaked.key["_id"], "organization_id": owner.id}
    assert all(is_refused(owner, shown.text) for shown in (leaked, second))
    assert tenantry("api-key", "revoke", leaked.key["_id"]).exit_code == 1
    (record,) = revocations(databases)
    assert record["actor"]["type"] == "operator"
    said = log.getvalue() + "".join(result.output for result in (listed, as_argument, result))
    assert second.text not in said
    assert tenantry_json("api-key", "list", owner.id) == {"keys": []}
