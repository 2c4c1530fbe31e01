"""Lets each function do each thing that it asks AWS for."""

import contextlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from local.signing_key import rotate_key
from local.stack import Stack
from tenantry.runtime import moments
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.e2e.operators import operating
from tests.e2e.test_moves import SCHEDULED, begin_to_move, move_by_schedule
from tests.support import intents
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, email_of, log_in, sign_up, tokens

LONG_AGO: Final = moments.now() - timedelta(hours=1)


def make_all(
    deployment: Deployment,
    service: HttpService,
    operator: HttpService,
    databases: Databases,
    mailbox: Mailbox,
) -> None:
    """Let the functions make all their calls to AWS at least once."""
    with only_second_cluster_has_room(deployment.stack, databases):
        owner = sign_up(service, unique("Allowed"))
        assert databases.organization(owner.id)["cluster"] == "cluster-2"
        use_the_operators_functions(operator, owner)
        ask_for_mails(owner, mailbox)
        use_every_function_with_a_route(owner)
        ask_the_authorizer(deployment, owner)
        roll_out_and_undo(deployment, operator, owner)
        delete_and_undo(operator, owner)
        begin_to_move(owner.id, "cluster-2/pooled")
        move_by_schedule(deployment, databases, owner.id)
        token = log_in(service, owner.email)
        assert service.delete(f"{owner.path}?immediately=true", token=token).status == 204
        leave_a_deletion_to_reconcile(deployment, databases, sign_up(service, unique("Unfinished")).id)
    rotate_key(deployment.aws)
    invoke(deployment, "PublishEventsFunction", SCHEDULED)


def invoke(deployment: Deployment, logical_id: str, event: dict[str, Any]) -> Any:
    """Invoke a function that has no route."""
    name = deployment.aws.physical_id(logical_id)
    answer = deployment.aws.functions.invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer
    return json.load(answer["Payload"])


def ask_the_authorizer(deployment: Deployment, owner: Owner) -> None:
    """Ask as API Gateway does about a request to another API."""
    arn = "arn:aws:execute-api:us-east-1:123456789012:b2c3d4e5f6/v1/GET/notes"
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {owner.token}", "methodArn": arn}
    answer = invoke(deployment, "AuthorizeFunction", event)
    assert answer["context"]["organization_id"] == owner.id


def use_the_operators_functions(operator: HttpService, owner: Owner) -> None:
    """Let the operator look at all that there is, and create an organization."""
    name = unique("Operated")
    wanted = {"name": name, "email": email_of(name), "password": PASSWORD}
    assert operator.post("/operator/organizations", wanted).status == 201
    for path in (f"organizations/{owner.id}", "usage", "status", "doctor", "rollouts", "receipts"):
        answer = operator.get(f"/operator/{path}")
        assert answer.status == 200, answer
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    told = operator.request("POST", "/operator/introspect", body=f"token={owner.token}", headers=form)
    assert told.json["active"] is True, told


def delete_and_undo(operator: HttpService, owner: Owner) -> None:
    """Delete an organization with the deployed grace period, and bring it back as the operator."""
    assert owner.service.delete(owner.path, token=owner.token).status == 204
    assert operator.post(f"/operator/deletions/{owner.id}/undo", {}).status == 200


def roll_out_and_undo(deployment: Deployment, operator: HttpService, owner: Owner) -> None:
    """Roll an index out to one organization, and take it back."""
    name = unique("allowed").replace(" ", "-")
    wanted = {
        "name": name,
        "organizations": {"ids": [owner.id]},
        "indexes": [{"name": name, "keys": [{"field": "allowed"}]}],
    }
    assert operator.post("/operator/rollouts", wanted).status == 202
    invoke(deployment, "RollOutFunction", SCHEDULED)
    status = operator.get(f"/operator/rollouts/{name}").json
    assert (status["state"], status["done"]) == ("finished", 1), status
    assert operator.post(f"/operator/rollouts/{name}/undo").status == 202
    invoke(deployment, "RollOutFunction", SCHEDULED)
    assert operator.get(f"/operator/rollouts/{name}").json["state"] == "undone"


def ask_for_mails(owner: Owner, mailbox: Mailbox) -> None:
    """Let each function queue a mail that queues some."""
    service, token = owner.service, owner.token
    address = f"{unique('asked').lower().replace(' ', '-')}@example.com"
    assert service.post("/account/email-verification", token=token).status == 202
    proof = {"token": mailbox.to(owner.email, at_least=2)[-1].token}
    assert service.post("/account/email-verification/complete", proof, token=token).status == 204
    change = {"new_email": address, "current_password": PASSWORD}
    for path, body in (
        ("/account/password-reset", {"email": owner.email}),
        ("/account/email-change", change),
        (f"{owner.path}/invitations", {"email": address, "role": "viewer"}),
    ):
        answer = service.post(path, body, token=token)
        assert answer.status in {201, 202}, (path, answer)


def use_every_function_with_a_route(owner: Owner) -> None:
    """Send requests to an organization that is not on the first cluster."""
    service, token = owner.service, owner.token
    session = tokens(service, owner.email, owner.id)
    refreshed = service.post("/login/refresh", {"refresh_token": session["refresh_token"]})
    assert service.post("/logout", {"refresh_token": refreshed.json["refresh_token"]}).status == 204
    assert service.post(f"{owner.path}/documents", {"text": "allowed"}, token=token).status == 201
    for path in ("", "/indexes", "/audit", "/usage", "/members", "/invitations", "/keys"):
        assert service.get(owner.path + path, token=token).status == 200, path
    for path in ("/.well-known/jwks.json", "/docs", "/health"):
        assert service.get(path).status == 200, path
    assert service.patch(owner.path, {"name": unique("Renamed")}, token=token).status == 200


@contextlib.contextmanager
def only_second_cluster_has_room(stack: Stack, databases: Databases) -> Iterator[None]:
    clusters = databases.master["clusters"]
    with operating(stack, databases):
        before = clusters.find_one_and_update({"_id": "main"}, {"$set": {"limit": 0}})
        assert before is not None
        try:
            yield
        finally:
            clusters.update_one({"_id": "main"}, {"$set": {"limit": before["limit"]}})


def leave_a_deletion_to_reconcile(deployment: Deployment, databases: Databases, organization_id: str) -> None:
    organizations = databases.master["organizations"]
    intents.intend_deletion(organization_id)
    organizations.update_one({"_id": organization_id}, {"$set": {"intent.created_at": LONG_AGO}})
    for function in ("ReconcileFunction", "MeasureUsageFunction"):
        invoke(deployment, function, SCHEDULED)
    assert organizations.find_one({"_id": organization_id}) is None
