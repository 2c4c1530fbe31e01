"""A deleted organization on the deployed stack: kept for a week, reached through an undo alone."""

import json

from tests.e2e.calls_to_aws import as_operator
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in


def test_deleted_organization_comes_back_under_another_name(
    deployment: Deployment, service: HttpService, owner: Owner, databases: Databases
) -> None:
    documents = f"{owner.path}/documents"
    assert service.post(documents, {"_id": "kept"}, token=owner.token).status == 201
    assert service.delete(owner.path, token=owner.token).status == 204
    named = {"name": owner.organization["name"]}
    successor = service.post("/organizations", named, token=log_in(service, owner.email))
    assert successor.status == 201, "the former owner takes the name at once"
    prefix = f"/operator/deletions?slug_prefix={owner.slug}"
    listed = as_operator(deployment, "DeletionsFunction", "GET", prefix)
    (deletion,) = json.loads(listed["body"])["deletions"]
    assert deletion["organization"]["id"] == owner.id
    undo = f"/operator/deletions/{owner.id}/undo"
    assert as_operator(deployment, "DeletionsFunction", "POST", undo, {})["statusCode"] == 409
    name = {"name": f"{owner.organization['name']} again"}
    undone = as_operator(deployment, "DeletionsFunction", "POST", undo, name)
    assert undone["statusCode"] == 200, undone["body"]
    assert service.get(owner.path, token=owner.token).status == 401, "no token comes back to life"
    token = log_in(service, owner.email, owner.id)
    assert service.get(f"{documents}/kept", token=token).json == {"_id": "kept"}
    assert service.delete(owner.path, token=token).status == 204
    purge = f"/operator/deletions/{owner.id}"
    assert as_operator(deployment, "DeletionsFunction", "DELETE", purge)["statusCode"] == 204
    databases.check_invariants()
