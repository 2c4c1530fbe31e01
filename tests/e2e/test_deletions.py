"""A deleted organization on the deployed stack: kept for a week, reached through an undo alone."""

from tests.e2e.http_service import HttpService
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in


def test_deleted_organization_comes_back_under_another_name(
    service: HttpService, operator: HttpService, owner: Owner, databases: Databases
) -> None:
    documents = f"{owner.path}/documents"
    assert service.post(documents, {"_id": "kept"}, token=owner.token).status == 201
    assert service.delete(owner.path, token=owner.token).status == 204
    named = {"name": owner.organization["name"]}
    successor = service.post("/organizations", named, token=log_in(service, owner.email))
    assert successor.status == 201, "the former owner takes the name at once"
    (deletion,) = operator.get(f"/operator/deletions?slug_prefix={owner.slug}").json["deletions"]
    assert deletion["organization"]["id"] == owner.id
    undo = f"/operator/deletions/{owner.id}/undo"
    assert operator.post(undo, {}).status == 409
    undone = operator.post(undo, {"name": f"{owner.organization['name']} again"})
    assert undone.status == 200, undone
    assert service.get(owner.path, token=owner.token).status == 401, "no token comes back to life"
    token = log_in(service, owner.email, owner.id)
    assert service.get(f"{documents}/kept", token=token).json == {"_id": "kept"}
    assert service.delete(owner.path, token=token).status == 204
    assert operator.delete(f"/operator/deletions/{owner.id}").status == 204
    databases.check_invariants()
