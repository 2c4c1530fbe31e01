"""The operator's routes take signatures of AWS, and nothing else."""

from typing import Any, Final

from tests.smoke.api import Api
from tests.smoke.operators import Operator, forger
from tests.smoke.throw_aways import ThrowAway

NOBODY: Final = "org_00000000000000000000000000000000"
BODY: Final = {"name": "Forged", "email": "forged@example.com", "password": "never to be created"}
ROLLOUT: Final = {"name": "forged", "indexes": [{"name": "forged", "keys": [{"field": "forged"}]}]}
ROUTES: Final[list[tuple[str, str, Any]]] = [
    ("GET", "/operator/audit", None),
    ("GET", "/operator/usage", None),
    ("GET", "/operator/rollouts", None),
    ("POST", "/operator/rollouts", ROLLOUT),
    ("GET", "/operator/rollouts/forged", None),
    *(("POST", f"/operator/rollouts/forged/{action}", None) for action in ("pause", "resume", "undo")),
    ("GET", "/operator/receipts", None),
    ("GET", "/operator/doctor", None),
    ("GET", "/operator/status", None),
    ("POST", "/operator/introspect", {"token": "forged"}),
    ("GET", "/operator/deletions", None),
    ("POST", f"/operator/deletions/{NOBODY}/undo", {}),
    ("DELETE", f"/operator/deletions/{NOBODY}", None),
    ("GET", "/operator/organizations", None),
    ("GET", f"/operator/organizations/{NOBODY}", None),
    ("GET", f"/operator/addresses/owners?organization={NOBODY}", None),
    ("GET", "/operator/addresses/owned?address=nobody@example.com", None),
    ("POST", "/operator/organizations", BODY),
    ("PUT", f"/operator/organizations/{NOBODY}/suspension", None),
    ("DELETE", f"/operator/organizations/{NOBODY}/suspension", None),
    ("PATCH", f"/operator/organizations/{NOBODY}", {}),
    ("GET", f"/operator/organizations/{NOBODY}/keys", None),
    ("DELETE", "/operator/keys/forged", None),
    ("DELETE", "/operator/former-slugs/forged", None),
    ("GET", "/operator/plans", None),
    ("PUT", "/operator/plans/forged", {"limits": {}}),
    ("DELETE", "/operator/plans/forged", None),
]


def test_unsigned(api: Api) -> None:
    """An unsigned request to the operator is refused."""
    for method, path, body in ROUTES:
        # API Gateway has one name for a missing signature and a missing route.
        answer = api.request(method, path, json_body=body)
        answer.expect((403, 404), "operator-required", "not-found")


def test_bearer_token(tenant: ThrowAway) -> None:
    """A request to the operator with an owner's token is refused."""
    for method, path, body in ROUTES:
        answer = tenant.api.request(method, path, json_body=body, token=tenant.token)
        answer.expect(403, "operator-required")


def test_forged_signature(api: Api) -> None:
    """A request to the operator that is signed with a forged key is refused."""
    for method, path, body in ROUTES:
        forger(api).request(method, path, body).expect(403, "operator-required")


def test_signature_of_another_request(api: Api, operator: Operator) -> None:
    """An operator's signature of one request does not open another."""
    headers = operator.signed_headers("GET", "/operator/audit?limit=1")
    api.request("GET", "/operator/audit?limit=2", headers=headers).expect(403, "operator-required")


def test_signed(operator: Operator, tenant: ThrowAway) -> None:
    """An operator reads what was done."""
    path = f"/operator/audit?organization={tenant.organization['id']}"
    records = operator.request("GET", path).expect(200).json["records"]
    assert "organization.created" in {record["action"] for record in records}, "The creation is not recorded."


def test_suspension(operator: Operator, tenant: ThrowAway) -> None:
    """An operator suspends an organization, which ends its tokens at once, and reactivates it."""
    path = f"/operator{tenant.path}/suspension"
    tenant.is_suspended = True
    operator.request("PUT", path).expect(204)
    tenant.api.get(tenant.path, tenant.token).expect(401)
    tenant.log_in().expect(403, "organization-suspended")
    operator.request("DELETE", path).expect(204)
    tenant.is_suspended = False
    tenant.log_in().expect(200)
