"""What an organization uses is told to its owner, and a limit that an operator sets counts at once."""

from typing import Final

from tests.smoke.operators import Operator
from tests.smoke.throw_aways import ThrowAway

INDEXES: Final = [{"name": f"by-{field}", "keys": [{"field": field}]} for field in ("at", "kind")]


def test_usage(tenant: ThrowAway) -> None:
    """An owner reads what the organization uses, and of how much."""
    use = tenant.api.get(f"{tenant.path}/usage", tenant.token).expect(200).json
    members, requests = use["limits"]["members"], use["requests"]
    assert (members["use"], requests >= 0) == (1, True), f"It has {members} members and {requests} requests."


def test_limit(operator: Operator, tenant: ThrowAway) -> None:
    """A limit that an operator sets is kept, told to members, and ends when it is removed."""
    path, indexes = f"/operator{tenant.path}", f"{tenant.path}/indexes"
    operator.request("PATCH", path, {"limits": {"indexes": 1}}).expect(200)
    tenant.api.post(indexes, INDEXES[0], tenant.token).expect(201)
    refused = tenant.api.post(indexes, INDEXES[1], tenant.token).expect(403, "limit-reached").json
    told = {name: refused.get(name) for name in ("name", "limit", "use")}
    assert told == {"name": "indexes", "limit": 1, "use": 1}, f"The answer tells {told}."
    use = tenant.api.get(f"{tenant.path}/usage", tenant.token).expect(200).json["limits"]["indexes"]
    assert (use["limit"], use["use"]) == (1, 1), f"The owner is told {use}."
    shown = operator.request("GET", path).expect(200).json["limits"]
    assert shown == {"indexes": 1}, f"The operator is told {shown}."
    operator.request("PATCH", path, {"limits": {"indexes": None}}).expect(200)
    tenant.api.post(indexes, INDEXES[1], tenant.token).expect(201)


def test_usage_of_all(operator: Operator) -> None:
    """An operator reads what organizations have used in this month."""
    page = operator.request("GET", "/operator/usage?limit=1").expect(200).json["usage"]
    assert page, "Nothing is told, though requests have been sent."
    assert {"organization_id", "requests", "byte_hours"} <= page[0].keys(), f"It is told as {page[0]}."
