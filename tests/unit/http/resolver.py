"""A small resolver with routes of every kind, behind the library's handler."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pymongo import _csot  # what pymongo.timeout sets has no public reader

from tenantry import http
from tenantry.audit import recording
from tenantry.http.accounts import bodies
from tenantry.http.callers import Bearer, OptionalBearer, Organization, Reader, RecentLogin, Viewer, may
from tenantry.http.organizations.representations import organization_of
from tenantry.http.parameters import Limit
from tenantry.http.preconditions import Precondition, etag
from tenantry.identity.members import Membership
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext
from tests.unit.identity.jose import valid_claims

PASSWORD = "correct horse battery staple"
OLD_CLAIMS = valid_claims() | {"epoch": 2}
MEMBERSHIP = Membership(
    member_id="mem_1",
    organization={
        "_id": "org_1",
        "name": "Google",
        "slug": "google",
        "slugs": ["google"],
        "collection": "org_google",
        "state": "active",
        "version": 7,
        "metadata": {},
        "created_at": datetime(2025, 1, 1, tzinfo=UTC),
        "updated_at": datetime(2025, 1, 1, tzinfo=UTC),
        "intent": None,
    },
    account_id="acct_1",
    auth_epoch=3,
    role="owner",
)
app = APIGatewayRestResolver(enable_validation=True)


@app.post("/login")
def log_in(credentials: Annotated[bodies.Login, Body()]) -> Response[dict[str, str]]:
    return Response(200, "application/json", {"email": credentials.email}, {"Cache-Control": "max-age=5"})


@app.get("/organizations/<organization>")
def get_organization(organization: Organization, member: Viewer) -> Response[dict[str, Any]]:
    tag = etag(member.organization["version"])
    return Response(200, "application/json", organization_of(member.organization), {"ETag": tag})


@app.patch("/organizations/<organization>")
def update_organization(organization: Organization, member: Viewer, holds: Precondition) -> dict[str, Any]:
    return {"holds": holds(7)}


@app.post("/organizations")
def create_organization(
    caller: OptionalBearer,
) -> dict[str, Any]:
    return {"caller": caller and caller.account_id}


@app.delete("/organizations/<organization>")
def delete_organization(organization: Organization) -> Response[None]:
    return Response(HTTPStatus.NO_CONTENT)


@app.delete("/organizations/<organization>/indexes/<name>")
def delete_index(
    organization: Organization,
    name: str,
    member: Annotated[Membership, may("change indexes")],
    _: RecentLogin,
) -> Response[None]:
    return Response(HTTPStatus.NO_CONTENT)


@app.post("/logout/everywhere")
def log_out_everywhere(caller: OptionalBearer) -> dict[str, Any]:
    return recording.origin()


@app.get("/docs")
def get_own(caller: Viewer, limit: Limit = 100) -> dict[str, Any]:
    return {"organization": caller.organization_id}


@app.get("/organizations/<organization>/count")
def count(organization: Organization, caller: Reader) -> dict[str, Any]:
    return recording.origin() | {"caller": caller.caller_id}


@app.get("/account")
def get_account(caller: Bearer) -> dict[str, Any]:
    return {"account": caller.account_id}


@app.get("/health")
def get_health() -> dict[str, bool]:
    return {"bounded": _csot.get_timeout() is not None}


@app.put("/account/password")
def change_password(passwords: Annotated[bodies.ChangePassword, Body()]) -> None:
    raise RuntimeError("defect")


handler = http.lambda_handler(app)


def send(
    method: str, path: str, body: str | None = None, token: str | None = None, **fields: str
) -> dict[str, Any]:
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    context: Any = LambdaContext("test")
    return handler(proxy_event(method, path, headers, body), context)


def field(answer: dict[str, Any], name: str) -> str | None:
    values = answer["multiValueHeaders"].get(name, [None])
    assert len(values) == 1
    return str(values[0]) if values[0] is not None else None


def problem(answer: dict[str, Any]) -> tuple[int, str]:
    assert field(answer, "Content-Type") == "application/problem+json"
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    return answer["statusCode"], document["code"]


def credentials(**changes: Any) -> str:
    return json.dumps({"email": "ada@example.com", "password": PASSWORD} | changes)
