"""An organization's documents are kept, changed under a condition, and nobody else's."""

import pytest

from tests.smoke.throw_aways import ThrowAway, ThrowAways

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
NO_ORGANIZATION = "/organizations/org_00000000000000000000000000000000"


@pytest.fixture(scope="module")
def stranger(throw_aways: ThrowAways) -> ThrowAway:
    return throw_aways.sign_up()


def test_document(tenant: ThrowAway) -> None:
    """A document is stored, changed while it is as it was read, and deleted."""
    path, api = f"{tenant.path}/documents", tenant.api
    stored = {"_id": "milk", "text": "buy milk", "due": {"$date": "2026-12-01T09:00:00Z"}}
    assert api.post(path, stored, tenant.token).expect(201).json == stored, "It is stored as something else."
    read = api.get(f"{path}/milk", tenant.token).expect(200)
    assert read.json == stored, "It is read as something else."
    for status in (200, 412):
        headers = MERGE_PATCH | {"If-Match": read.headers["ETag"]}
        changed = api.request(
            "PATCH", f"{path}/milk", json_body={"done": True}, token=tenant.token, headers=headers
        )
        changed.expect(status)
    api.request("DELETE", f"{path}/milk", token=tenant.token).expect(204)
    api.get(f"{path}/milk", tenant.token).expect(404, "document-not-found")


def test_idempotency(tenant: ThrowAway) -> None:
    """An insertion that is repeated with its Idempotency-Key stores nothing twice."""
    path = f"{tenant.path}/documents"
    first, second = (
        tenant.api.post(path, {"text": "once"}, tenant.token, **{"Idempotency-Key": "smoke"}).expect(201).json
        for _ in range(2)
    )
    assert first["_id"] == second["_id"], "It is stored twice."


def test_members(tenant: ThrowAway) -> None:
    """Whoever creates an organization is its owner, and stays one."""
    (member,) = tenant.api.get(f"{tenant.path}/members", tenant.token).expect(200).json["members"]
    assert (member["role"], member["email"]) == ("owner", tenant.email), "The only member is somebody else."
    path = f"{tenant.path}/members/{member['id']}"
    tenant.api.request("DELETE", path, token=tenant.token).expect(409, "last-owner")


def test_audit(tenant: ThrowAway) -> None:
    """The creation and the login are recorded, with this address."""
    records = tenant.api.get(f"{tenant.path}/audit", tenant.token).expect(200).json["records"]
    by_action = {record["action"]: record for record in records}
    assert {"organization.created", "login.succeeded"} <= by_action.keys(), f"Recorded: {sorted(by_action)}."
    assert by_action["login.succeeded"]["source_address"], "The login has no source address."


def test_isolation(tenant: ThrowAway, stranger: ThrowAway) -> None:
    """Another organization and one that does not exist are the same 404."""
    api = tenant.api
    for below in ("", "/documents", "/members"):
        foreign = api.get(tenant.path + below, stranger.token).expect(404, "organization-not-found")
        missing = api.get(NO_ORGANIZATION + below, stranger.token).expect(404, "organization-not-found")
        told = [{**answer.json, "instance": None} for answer in (foreign, missing)]
        assert told[0] == told[1], f"{foreign.request} tells that there is such an organization."
    api.request("DELETE", tenant.path, token=stranger.token).expect(404, "organization-not-found")
    api.get(tenant.path, tenant.token).expect(200)
